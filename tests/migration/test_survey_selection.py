"""Fields, dust, and the probability that a star was observed."""

import importlib.util

import numpy as np
import pytest
from astropy.io import fits
from scipy.integrate import quad

from galdask.errors import ConfigError, InputError
from galdask.migration.survey.dust import DustmapsQuery, ExponentialDust, MwdustMap, NoDust
from galdask.migration.survey.fields import Fields
from galdask.migration.survey.selection import select
from galdask.migration.survey.sky import unit_vectors
from galdask.migration.survey.tables import MAGNITUDES, read_fields, read_published
from galdask.migration.survey.tracer import Tracer, red_clump
from tests.migration.survey import toy_fields


def one_field(**changes):
    values = {"l": 90.0, "b": 0.0, "radius": 1.5, "fraction": 0.4, "h_min": 7.0, "h_max": 12.0} | changes
    angles = [np.radians([values[k]]) for k in ("l", "b", "radius")]
    return Fields(("one",), *angles, *(np.array([values[k]]) for k in ("fraction", "h_min", "h_max")))


def test_without_dust_the_clump_is_seen_from_half_a_kpc_to_five():
    s = select(one_field(), dust=NoDust())
    distance = np.array([0.2, 0.46, 0.54, 2.0, 4.95, 5.05, 6.0, -1.0])
    found = s.curve(np.zeros(8, dtype=int), distance)
    np.testing.assert_allclose(found, [0, 0, 0.4, 0.4, 0.4, 0, 0, 0])
    seen = np.flatnonzero(s.curves[0] > 0)
    assert s.distances[seen[[0, -1]]] == pytest.approx([0.50, 4.99], abs=0.026)
    assert 4.99 <= s.reach < 5.05


def test_dust_and_spread_soften_the_far_limit():
    bare, dusty = select(one_field(), dust=NoDust()), select(one_field())
    assert dusty.reach < bare.reach - 0.2
    soft = select(one_field(), Tracer(spread_h=0.1), NoDust())
    assert 0 < soft.curve(np.zeros(1, dtype=int), np.array([4.99]))[0] < 0.4
    assert np.all((dusty.curves >= 0) & (dusty.curves <= 0.4))


def test_the_layer_of_dust_is_its_integral():
    layer = ExponentialDust()
    l, b = np.radians(40.0), np.radians(2.0)  # noqa: E741

    def local(d):
        r = np.hypot(8.2 - d * np.cos(b) * np.cos(l), d * np.cos(b) * np.sin(l))
        z = 0.0208 + d * np.sin(b)
        return 1.55 * 0.09 * np.exp((8.2 - r) / 4.2 - abs(z) / 0.11)

    found = layer.a_h(np.array([l]), np.array([b]), np.linspace(0.01, 4.0, 400))[0, -1]
    assert found == pytest.approx(quad(local, 0, 4)[0], rel=1e-4)
    plane = layer.a_h(np.zeros(1), np.zeros(1), np.array([0.1]))[0, 0]
    assert plane == pytest.approx(0.1 * 1.55 * 0.09 * np.exp(0.05 / 4.2 - 0.0208 / 0.11), rel=1e-6)


def test_maps_that_are_not_installed_say_so():
    if importlib.util.find_spec("mwdust") is not None:
        pytest.skip("mwdust is installed")
    with pytest.raises(ConfigError, match="install mwdust"):
        MwdustMap()


def test_a_query_of_reddenings_becomes_extinction():
    def reddening(where):
        return where.distance.kpc * np.abs(np.sin(where.b.rad)) + where.l.rad

    found = DustmapsQuery(reddening, 0.5).a_h(
        np.array([0.5, 1.0]), np.array([0.1, 0.2]), np.array([1.0, 3.0])
    )
    expected = 0.5 * (np.array([[0.5], [1.0]]) + np.outer(np.sin([0.1, 0.2]), [1.0, 3.0]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_overlapping_fields_give_a_star_two_chances():
    fields = toy_fields()
    s = select(fields, dust=NoDust())
    rng = np.random.default_rng(1)
    l, b = rng.uniform(0, 2 * np.pi, 3000), np.arcsin(rng.uniform(-0.3, 0.3, 3000))  # noqa: E741
    found = s.probability(l, b, np.full(3000, 2.0))
    inside = unit_vectors(l, b) @ unit_vectors(fields.l, fields.b).T >= np.cos(fields.radius)
    expected = 1 - np.prod(1 - inside * fields.fraction, axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-14)
    assert np.any(inside.sum(axis=1) == 2)
    assert np.any(found == 0)
    lines = s.along(l, b, np.stack([np.full(3000, 2.0), np.full(3000, 9.0)], axis=1))
    np.testing.assert_array_equal(lines[:, 0], found)
    assert not np.any(lines[:, 1])


def test_lines_of_sight_fill_a_field_evenly():
    l, b = one_field(l=359.0, b=70.0, radius=10.0).sightlines(400)  # noqa: E741
    centre = unit_vectors(np.radians([359.0]), np.radians([70.0]))[0]
    away = np.degrees(np.arccos(np.clip(unit_vectors(l[0], b[0]) @ centre, -1, 1)))
    assert away.max() < 10.0
    share = np.sort((1 - np.cos(np.radians(away))) / (1 - np.cos(np.radians(10.0))))
    np.testing.assert_allclose(share, (np.arange(400) + 0.5) / 400, atol=1e-9)
    middle = unit_vectors(l[0], b[0]).mean(axis=0)
    assert middle @ centre / np.linalg.norm(middle) > 1 - 1e-5


def test_red_clump_fraction():
    assert quad(red_clump, 0.8, 10.0, points=[10**0.23])[0] == pytest.approx(0.99928, abs=2e-5)
    tau = np.linspace(0.8, 6, 5201)
    assert red_clump(tau).max() == pytest.approx(0.346, abs=5e-4)
    assert tau[np.argmax(red_clump(tau))] == pytest.approx(1.70, abs=0.01)
    assert red_clump([0.8, 6.0]) == pytest.approx([0.1425, 0.0528], abs=5e-5)
    assert red_clump(2.0) / red_clump(6.0) == pytest.approx(5.7, abs=0.06)
    below, above = red_clump([10**0.23 * (1 - 1e-9), 10**0.23 * (1 + 1e-9)])
    assert abs(np.log(above / below)) == pytest.approx(0.009, abs=5e-4)
    assert red_clump([0.1, 0.79, 10.1, 0.0, -1.0]).tolist() == [0, 0, 0, 0, 0]


def test_tracers():
    assert Tracer("flat", youngest=0.1).weight(np.array([0.05, 0.1, 5.0])).tolist() == [0, 1, 1]
    assert Tracer().weight(np.array([0.5]))[0] == 0
    with pytest.raises(ConfigError, match="this young"):
        Tracer(youngest=0.5)
    with pytest.raises(ConfigError, match="unknown weight of ages"):
        Tracer("giants")
    with pytest.raises(ConfigError, match="absolute magnitude"):
        Tracer(spread_h=-1)


def published(path, rows=3, differ=False):
    distances = np.linspace(0.1, 7, 50)
    frac = np.linspace(0, 1, 50)[None, :, None] * np.linspace(0, 1, 27)[None, None, :]
    dist = np.broadcast_to(distances[None, :, None], (rows, 50, 27)).copy()
    if differ:
        dist[1] += 0.1
    columns = [
        fits.Column("LOCATION_ID", "K", array=4100 + np.arange(rows)),
        fits.Column("GLON", "D", array=np.linspace(30, 200, rows)),
        fits.Column("GLAT", "D", array=np.zeros(rows)),
        fits.Column("RADIUS", "D", array=np.full(rows, 1.5)),
        fits.Column("SEL_FRAC", "D", array=np.full(rows, 0.5)),
        fits.Column("H_MIN", "D", array=np.r_[np.full(rows - 1, 7.0), 12.2]),
        fits.Column("H_MAX", "D", array=np.full(rows, 12.8)),
        fits.Column("JK_MIN", "D", array=np.full(rows, 0.5)),
        fits.Column("DIST", "1350D", dim="(27,50)", array=dist.reshape(rows, -1)),
        fits.Column(
            "FRAC_DUST", "1350D", dim="(27,50)", array=np.broadcast_to(frac, dist.shape).reshape(rows, -1)
        ),
    ]
    fits.BinTableHDU.from_columns(columns).writeto(path)
    return distances


def test_the_published_layout(tmp_path):
    distances = published(tmp_path / "sf.fits")
    fields = read_published(tmp_path / "sf.fits")
    assert fields.size == 2
    assert fields.name == ("4100", "4101")
    share = (-1.49 + 5) / 4
    np.testing.assert_allclose(fields.visible[0], np.linspace(0, 1, 50) * share, rtol=1e-12)
    s = select(fields)
    assert s.curve(np.array([1]), distances[[25]])[0] == pytest.approx(0.5 * 25 / 49 * share)
    assert s.curve(np.array([1]), np.array([7.5]))[0] == 0
    assert MAGNITUDES[[0, -1]].tolist() == [-5, -1]


def test_published_tables_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no table of fields"):
        read_published(tmp_path / "none.fits")
    published(tmp_path / "differ.fits", differ=True)
    with pytest.raises(InputError, match="same for all fields"):
        read_published(tmp_path / "differ.fits")
    fits.BinTableHDU.from_columns([fits.Column("GLON", "D", array=[1.0])]).writeto(tmp_path / "short.fits")
    with pytest.raises(InputError, match="lacks columns"):
        read_published(tmp_path / "short.fits")


def test_a_users_table(tmp_path):
    path = tmp_path / "fields.csv"
    path.write_text("id,lon,lat,r,f,g,lo,hi\na,30,0,1.5,0.5,0.5,7,12\nb,40,1,1,0.9,1,7,12.2\n")
    columns = {
        "name": "id",
        "l": "lon",
        "b": "lat",
        "radius": "r",
        "fraction": "f * g",
        "h_min": "lo",
        "h_max": "hi",
    }
    fields = read_fields(path, columns)
    assert fields.name == ("a", "b")
    assert fields.fraction.tolist() == [0.25, 0.9]
    assert fields.solid_angle[0] == pytest.approx(2 * np.pi * (1 - np.cos(np.radians(1.5))))
    path.write_text("id,lon,lat,r,f,g,lo,hi\na,30,0,1.5,1.5,1,7,12\n")
    with pytest.raises(InputError, match="fraction within 0 and 1"):
        read_fields(path, columns)
    path.write_text("id,lon,lat,r,f,g,lo,hi\na,30,0,1.5,many,1,7,12\n")
    with pytest.raises(InputError, match="is no number"):
        read_fields(path, columns)
    path.write_text("id,lon,lat,r,f,g,lo,hi\n")
    with pytest.raises(InputError, match="has no field"):
        read_fields(path, columns)
    with pytest.raises(InputError, match="lacks columns"):
        read_fields(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_fields(tmp_path / "none.csv")


def test_real_targeting_fractions(real):
    fields = read_fields(real / "apogee_sampling_fractions.csv", cohorts=("short", "short_blue"), bluest=0.68)
    assert 400 < fields.size < 600
    disk = np.abs(fields.b) < np.radians(25)
    assert disk.sum() > 200
    s = select(Fields(
        tuple(n for n, k in zip(fields.name, disk, strict=True) if k),
        *(getattr(fields, k)[disk] for k in ("l", "b", "radius", "fraction", "h_min", "h_max")),
    ))  # fmt: skip
    assert np.median(s.distances[np.argmax(s.curves > 0, axis=1)]) == pytest.approx(0.5, abs=0.1)
    assert s.reach < 0.01 * 10 ** (0.2 * (s.fields.h_max.max() + 1.49)) + 0.05


def test_a_survey_that_sees_nothing():
    with pytest.raises(InputError, match="sees no star"):
        select(one_field(fraction=0.0))
    with pytest.raises(InputError, match="leave something"):
        one_field(h_min=12.0, h_max=11.0)
