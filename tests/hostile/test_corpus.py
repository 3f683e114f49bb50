"""Every file of the corpus is taken or refused with a sentence, soon, in bounded memory; the server lives on.

The quick part sends one file in twelve through the program in this process. The whole (`make hostile`) sends all of
them to a real server, whose peak of resident memory (VmHWM in /proc/<pid>/status) is held against the 1.2 GB that
one classroom server may take.
"""

import collections

import pytest

from tests.hostile import disguised, metadata, torn, weights_files
from tests.hostile.answers import both_languages, check, timed
from tests.hostile.corpus import corpus, sample
from tests.hostile.sending import send

PEAK_BYTES = 1_200_000_000


def run(client, files):
    """Send them all; the codes of the refusals, with how often each was given."""
    codes = collections.Counter()
    for number, file in enumerate(files):
        answer = timed(
            lambda file=file, number=number: send(client, file, number), f"{file.kind}, {file.name!r}"
        )
        try:
            check(answer)
        except AssertionError as fault:
            raise AssertionError(f"{file.kind}, {file.name!r}, {len(file.data)} bytes: {fault}") from fault
        if answer.status_code < 400:
            codes["taken"] += 1
            continue
        code = answer.json()["code"]
        codes[code] += 1
        if codes[code] == 1:
            both_languages(lambda language, file=file, number=number: send(client, file, number, language))
    return codes


def test_a_sample_of_the_corpus(site):
    codes = run(site, sample(12))

    assert codes["taken"] > 20
    assert {
        "not_a_picture",
        "foreign_picture",
        "damaged_picture",
        "too_many_pixels",
        "network_damaged",
    } <= set(codes)
    assert "internal" not in codes


@pytest.mark.hostile
def test_the_whole_corpus_on_a_real_server(server):
    files = corpus()
    assert len(files) >= 1000
    assert len({(file.route, file.name, file.data) for file in files}) >= 1000
    codes = run(server.client, files)
    peak = server.peak_bytes()
    print(f"\n{len(files)} files, peak of resident memory {peak / 1e6:.0f} MB; {dict(codes.most_common())}")

    assert peak < PEAK_BYTES
    assert server.is_alive()
    assert "Traceback" not in server.log


@pytest.mark.parametrize("module", [torn, metadata, disguised, weights_files])
def test_the_corpus_is_the_same_at_every_run(module):
    assert list(module.files(1)) == list(module.files(1))
    assert list(module.files(1)) != list(module.files(2)) or module is disguised
