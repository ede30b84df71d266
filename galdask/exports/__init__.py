"""Results and stars in the files of other programs: FITS, VOTable, CSV, Parquet and HATS."""
