"""What a survey sees of the disk: fields, dust, distances, ages, errors, and the volume that it covers."""
