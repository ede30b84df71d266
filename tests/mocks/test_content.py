from __future__ import annotations

import numpy as np
import pytest

STAR_BAD, CHI2_BAD, SN_BAD = 1 << 23, 1 << 24, 1 << 27


def test_bits_follow_the_code_of_dr17(release):
    flag, snr = release.star("ASPCAPFLAG"), release.star("SNR")
    np.testing.assert_array_equal((flag & SN_BAD) != 0, snr < 30)
    blank = (flag & (STAR_BAD | CHI2_BAD)) != 0
    for name in ("TEFF", "LOGG", "M_H", "ALPHA_M"):
        np.testing.assert_array_equal(np.isnan(release.star(name)), blank, err_msg=name)
    assert np.isnan(release.star("FE_H")[blank]).all()
    assert np.isfinite(release.star("FE_H")[~blank]).mean() > 0.995
    assert np.isfinite(release.star("MG_FE")[~blank]).mean() > 0.99
    assert flag.max() >= 1 << 31
    texts = release.star("ASPCAPFLAGS")
    np.testing.assert_array_equal(np.char.find(texts, "SN_BAD") >= 0, (flag & SN_BAD) != 0)


def test_extratarg_tells_targets_and_repeats(release):
    extra = release.star("EXTRATARG")
    assert set(np.unique(extra)) <= {0, 1, 5, 9, 16, 17, 21, 25}
    assert ((extra & 2) == 0).all()  # commissioning is never set
    assert 0.45 < (extra == 0).mean() < 0.65
    assert 0.03 < ((extra & 4) > 0).mean() < 0.12
    names, snr = release.star("APOGEE_ID"), release.star("SNR")
    for name in np.unique(names[(extra & 16) > 0])[:200]:
        rows = np.flatnonzero(names == name)
        second = (extra[rows] & 16) > 0
        assert (~second).sum() == 1
        assert snr[rows][~second][0] == snr[rows].max()
        assert np.unique(release.star("RA")[rows]).size == 1
        assert np.unique(release.star("GAIAEDR3_SOURCE_ID")[rows]).size == 1


def test_repeats_are_a_tenth_of_the_rows(release):
    assert ((release.star("EXTRATARG") & 16) > 0).mean() == pytest.approx(0.105, abs=0.01)


def test_targeting_masks_agree_with_the_class(release):
    extra = release.star("EXTRATARG")
    main = extra & ~16 == 0
    one = (release.star("APOGEE_TARGET1") & (1 << 11 | 1 << 12 | 1 << 13)) != 0
    two = (release.star("APOGEE2_TARGET1") & (1 << 11 | 1 << 12 | 1 << 13)) != 0
    np.testing.assert_array_equal(one | two, main)
    assert not (one & two).any()
    assert (release.star("APOGEE_TARGET1") < 0).any()  # bit 31 is the sign of an int32
    telluric = ((release.star("APOGEE_TARGET2") | release.star("APOGEE2_TARGET2")) & (1 << 9)) != 0
    np.testing.assert_array_equal(telluric, (extra & 4) != 0)
    low, high, h = release.star("MIN_H"), release.star("MAX_H"), release.star("H")
    assert ((h >= low - 0.03) & (h <= high + 0.03))[main].mean() > 0.99
    assert (low[~main] < -9999).all()
    tail = np.char.endswith(release.star("TARGFLAGS"), "TELLURIC")
    np.testing.assert_array_equal(tail, telluric)


def test_missing_values_are_those_of_the_release(release):
    source = release.star("GAIAEDR3_SOURCE_ID")
    missing = source == 0
    assert 0.005 < missing.mean() < 0.1
    for name in ("PARALLAX", "PMRA", "PMDEC", "PHOT_G_MEAN_MAG", "R_MED_PHOTOGEO"):
        np.testing.assert_array_equal(np.isnan(release.star(f"GAIAEDR3_{name}")), missing, err_msg=name)
    assert np.unique(source[~missing]).size == np.unique(release.star("APOGEE_ID")[~missing]).size
    assert (release.star("WASH_T2") == 99).any()
    assert (release.star("J") == 99).any()
    assert (release.star("TARG_PMRA") == 0).mean() > 0.3
    assert np.isfinite(release.star("TARG_PMRA")).all()
    visits, keys = release.star("NVISITS"), release.star("VISIT_PK")
    np.testing.assert_array_equal((keys != -(2**31)).sum(axis=1), visits)


def test_arrays_and_named_columns_tell_the_same(release):
    x_h, fe_h, mg_fe = release.star("X_H"), release.star("FE_H"), release.star("MG_FE")
    there = np.isfinite(fe_h)
    np.testing.assert_array_equal(x_h[there, 17], fe_h[there])
    there = np.isfinite(mg_fe)
    np.testing.assert_array_equal((x_h[:, 5] - x_h[:, 17])[there], mg_fe[there])
    param = release.star("PARAM")
    there = np.isfinite(release.star("LOGG"))
    np.testing.assert_array_equal(param[there, 1], release.star("LOGG")[there])
    covariance = release.star("PARAM_COV").reshape(-1, 9, 9)
    np.testing.assert_array_equal(covariance, covariance.transpose(0, 2, 1))
    np.testing.assert_allclose(np.sqrt(covariance[there, 1, 1]), release.star("LOGG_ERR")[there], rtol=1e-6)
    np.testing.assert_array_equal(release.star("FE_H_FLAG"), release.star("ELEMFLAG")[:, 17])


def test_ages_are_years_with_errors_in_dex(release):
    age, error, bit = release.age("AGE_UNCOR_SS"), release.age("AGE_ERR"), release.age("BITMASK")
    there = np.isfinite(age)
    assert 0.5 < there.mean() < 0.75
    assert ((age > 1e8 * 0.99) & (age < 2.01e10))[there].all()
    np.testing.assert_array_equal(np.isfinite(error).all(axis=1), there)
    assert (error[there, 0] > 0).all()
    assert (error[there, 1] < 0).all()
    assert np.median(error[there, 0]) == pytest.approx(0.16, abs=0.01)
    assert np.median(-error[there, 1]) == pytest.approx(0.14, abs=0.01)
    logg, fe_h = release.star("LOGG"), release.star("FE_H")
    assert (logg[there] < 3.5).all()
    assert ((bit & 2) > 0)[fe_h <= np.float32(-0.7)].all()
    assert ((bit & 2) > 0)[np.isnan(logg)].all()
    for group in ("SS", "MO", "TW"):
        for kind in ("UNCOR", "COR"):
            np.testing.assert_array_equal(np.isfinite(release.age(f"AGE_{kind}_{group}")), there)
    network = release.network("age")
    ratio = np.log10(network / (age / 1e9))[np.isfinite(network)]
    assert np.std(ratio) == pytest.approx(0.11, abs=0.01)


def test_distances_agree_with_parallaxes(release):
    distance, parallax = release.age("WEIGHTED_DIST") / 1e3, release.star("GAIAEDR3_PARALLAX")
    near = (distance < 1.5) & np.isfinite(parallax)
    assert np.median((parallax * distance)[near]) == pytest.approx(1.0, abs=0.03)
    relative = (release.age("WEIGHTED_DIST_ERR") / release.age("WEIGHTED_DIST"))[distance > 4]
    assert 0.05 < np.median(relative) < 0.11
    other = release.network("weighted_dist")
    there = np.isfinite(other) & np.isfinite(distance)
    assert np.std(np.log(other / 1e3 / distance)[there]) == pytest.approx(0.03, abs=0.005)


def test_velocities_are_those_of_a_rotating_disk(release):
    import astropy.units as u
    from astropy.coordinates import CartesianDifferential, Galactocentric, SkyCoord

    columns = {
        name: release.star(name) for name in ("RA", "DEC", "GAIAEDR3_PMRA", "GAIAEDR3_PMDEC", "VHELIO_AVG")
    }
    distance = release.age("WEIGHTED_DIST")
    there = np.isfinite(distance) & (release.star("EXTRATARG") == 0)
    for values in columns.values():
        there &= np.isfinite(values)
    ra, dec, pmra, pmdec, rv = (values[there] for values in columns.values())
    star = SkyCoord(
        ra * u.deg,
        dec * u.deg,
        distance[there] * u.pc,
        pm_ra_cosdec=pmra * u.mas / u.yr,
        pm_dec=pmdec * u.mas / u.yr,
        radial_velocity=rv * u.km / u.s,
    ).transform_to(
        Galactocentric(
            galcen_distance=8.3 * u.kpc,
            z_sun=27 * u.pc,
            galcen_v_sun=CartesianDifferential([11.1, 232.24, 7.25] * u.km / u.s),
        )
    )
    x, y = star.x.to_value("kpc"), star.y.to_value("kpc")
    r = np.hypot(x, y)
    v_phi = (y * star.v_x - x * star.v_y).to_value("km/s") / r
    at_sun = (r > 7.5) & (r < 9) & (np.abs(star.z.to_value("kpc")) < 0.5)
    assert np.median(v_phi[at_sun]) == pytest.approx(206, abs=8)
    assert np.median(v_phi[r < 2]) < 170
    assert np.std(star.v_z.to_value("km/s")[at_sun]) == pytest.approx(24, abs=8)


def test_the_two_disks_sample_has_the_published_proportions(release):
    written = release.truth["written"]
    assert written["two_disks_sample"] / 20_000 == pytest.approx(66_496 / 733_901, abs=0.01)
    assert written["two_disks_sample_with_age"] / written["two_disks_sample"] == pytest.approx(0.87, abs=0.03)


def test_vesta_is_a_sun_without_a_place(release):
    row = int(np.flatnonzero(release.star("APOGEE_ID") == "VESTA")[0])
    assert release.star("TELESCOPE")[row] == "apo1m"
    assert np.isnan(release.star("DEC")[row])
    assert np.isnan(release.age("WEIGHTED_DIST")[row])
    assert release.star("EXTRATARG")[row] == 9
