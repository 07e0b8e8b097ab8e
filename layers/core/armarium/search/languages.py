"""Codes of languages, one for each: MARC's (ISO 639-2/B), whatever a record says of ISO 639-1 or 639-2/T. Pure."""

from __future__ import annotations

_PAIRS = """
af afr am amh ar ara az aze be bel bg bul bn ben bo tib bs bos ca cat cs cze cy wel da dan de ger el gre en eng
eo epo es spa et est eu baq fa per fi fin fo fao fr fre fy fry ga gle gd gla gl glg gu guj he heb hi hin hr hrv
hu hun hy arm id ind is ice it ita ja jpn ka geo kk kaz km khm kn kan ko kor ku kur la lat lo lao lt lit lv lav
mi mao mk mac ml mal mn mon mr mar ms may my bur ne nep nl dut nn nno no nor pa pan pl pol ps pus pt por ro rum
ru rus sa san si sin sk slo sl slv so som sq alb sr srp sv swe sw swa ta tam te tel th tha ti tir tr tur uk ukr
ur urd uz uzb vi vie yi yid zh chi zu zul
sqi alb hye arm eus baq mya bur zho chi ces cze nld dut fra fre kat geo deu ger ell gre isl ice mkd mac mri mao
msa may fas per ron rum slk slo bod tib cym wel
"""


def _paired(words: list[str]) -> dict[str, str]:
    return dict(zip(words[::2], words[1::2], strict=True))


_CODES = _paired(_PAIRS.split())


def language(stated: str) -> str:
    """The one code of a language: ``en``, ``en-GB``, ``eng`` → ``eng``; what is no code stays as it is."""
    primary = stated.strip().lower().partition("-")[0]
    return _CODES.get(primary, primary if len(primary) == 3 and primary.isalpha() else stated)
