"""What ``sites choose`` is asked: uses, how many sites, which close and which are kept; checked, and set on a pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.options import check_whole
from kortrijk_geo.sites.rules import same_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.sites.rules import UseSet
    from kortrijk_geo.sites.stock import Stock

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

Objective = Literal["covered", "mean", "worst"]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)


@dataclass(frozen=True)
class Question:
    """A choice that is asked.

    Parameters
    ----------
    uses
        Keys of the uses that each chosen site gets; several are a hub.
    count
        Sites to choose, those kept included.
    close, keep
        Ids of sites that close for these uses, and that must be chosen.
    objective
        ``covered``, ``mean`` or ``worst``.
    anew
        Whether the city's present sites of these uses are no more than candidates.
    among
        Keys of the uses that candidates may have today; empty is any but those that are unfit.
    unfit
        Keys of the uses of which a site is no candidate unless ``among`` or ``keep`` names it.
    """

    uses: tuple[str, ...]
    count: int
    close: tuple[str, ...]
    keep: tuple[str, ...]
    objective: Objective
    anew: bool
    among: tuple[str, ...]
    unfit: tuple[str, ...] = ()


def check_question(
    uses: UseSet,
    *,
    use: str | Sequence[str],
    count: int,
    close: Sequence[str] = (),
    keep: Sequence[str] = (),
    objective: str = "covered",
    anew: bool = False,
    among: Sequence[str] = (),
) -> Question:
    """Check what is asked, before a pack is read.

    Raises
    ------
    OptionError
        When a use is not known or nobody goes to the nearest one, the objective is none, the number is not from 1, or a
        site is both kept and closed.
    """
    asked = [text for part in ([use] if isinstance(use, str) else use) for text in part.split(",")]
    if objective not in OBJECTIVES:
        raise OptionError.of_choice("objective", objective, OBJECTIVES)
    check_whole("count", count, least=1)
    both = sorted(set(close) & set(keep))
    if both:
        raise OptionError(f"site {both[0]!r} is both kept and closed; leave it out of one of the two")
    if len(set(keep)) > count:
        raise OptionError(f"{len(set(keep))} sites are kept, more than the {count} that are asked")
    keys = tuple(dict.fromkeys(_use(text, uses, compared=True) for text in asked))
    return Question(
        uses=keys,
        count=count,
        close=tuple(dict.fromkeys(close)),
        keep=tuple(dict.fromkeys(keep)),
        objective=objective,
        anew=anew,
        among=tuple(dict.fromkeys(_use(text, uses, compared=False) for text in among)),
        unfit=uses.unfit,
    )


def _use(text: str, uses: UseSet, *, compared: bool) -> str:
    key = uses.of_word.get(same_word(text))
    names = [use.key for use in (uses.compared if compared else uses.uses)]
    if key is None:
        words = {word: of for word, of in uses.of_word.items() if of in names}
        raise OptionError(f"there is no use {text.strip()!r}{did_you_mean(same_word(text), words)}; the uses are"
                          f" {', '.join(names)}")  # fmt: skip
    if key not in names:
        raise OptionError(f"nobody goes to the nearest {key}, so that none is best; the uses are {', '.join(names)}")
    return key


@dataclass(frozen=True)
class Places:
    """The places of a stock in a question, by number.

    Parameters
    ----------
    today, staying
        Per use asked, whether a place has it today, and whether it has it whatever is chosen.
    candidates
        Numbers of the places that can be chosen, ascending.
    kept
        Numbers of those that must be.
    staying_ids
        Ids of the sites that were to be kept and have all uses anyway.
    outside, off_street
        Sites that are no candidate because they lie outside the city, or too far from a street.
    unfit
        Sites that are no candidate because of what they are used for.
    """

    today: Flags
    staying: Flags
    candidates: Ints
    kept: Ints
    staying_ids: tuple[str, ...]
    outside: int
    off_street: int
    unfit: int


def places_of(question: Question, stock: Stock, on_street: Flags) -> Places:
    """Say which places have the uses, and which can be chosen.

    A site that closes is no candidate, nor is one outside the city, on no street, or that has all uses and stays.

    Parameters
    ----------
    question, stock
        What is asked, and the places.
    on_street
        Whether each place is entered from a street.

    Raises
    ------
    OptionError
        When a site is not there, one that is kept cannot be chosen or is the same place as one that closes, or too few
        sites can be chosen.
    """
    closed, kept = (
        place_numbers(ids, stock, name) for ids, name in ((question.close, "close"), (question.keep, "keep"))
    )
    if np.intersect1d(closed, kept).size:
        raise OptionError("a site that is kept is the same place as one that is closed; leave out one of the two")
    number = np.array([stock.keys.index(key) for key in question.uses])
    today = stock.use_of_place[None, :] == number[:, None]
    is_site = np.arange(stock.n_places) <= stock.place_of_site.max()
    staying = today & ~np.isin(np.arange(stock.n_places), closed) & ~(is_site if question.anew else False)
    sites = stock.sites
    inside = _any(stock, sites["area_id"].notna().to_numpy())
    # What two rows say of one place is enough to leave it out.
    unfit = _any(stock, sites["use"].isin(question.unfit).to_numpy()) & ~np.isin(np.arange(stock.n_places), kept)
    of_use = _any(stock, sites["use"].isin(question.among).to_numpy()) if question.among else is_site & ~unfit
    # A site has one use, so that one of a hub of several can still get the others.
    asked = is_site & of_use & ~np.isin(np.arange(stock.n_places), closed) & ~staying.all(axis=0)
    candidates = np.flatnonzero(asked & inside & on_street)
    has_all = kept[staying.all(axis=0)[kept]]
    kept = np.setdiff1d(kept, has_all)
    wrong = np.setdiff1d(kept, candidates)
    if len(wrong):
        row = sites[stock.place_of_site == wrong[0]].iloc[0]
        why = "outside the city" if not inside[wrong[0]] else "too far from a street or of another use than asked"
        raise OptionError(f"site {row['site_id']!r} cannot be kept: it is {why}")
    if not len(candidates):
        raise OptionError(
            "no site is left to choose from: all are closed, outside the city, off the streets, of a use that is no"
            " candidate or have it"
        )
    if question.count > len(candidates):
        raise OptionError(f"count is {question.count}, but there are {len(candidates)} sites to choose from")
    names = [key for key in question.keep if np.isin(place_numbers([key], stock, "keep"), has_all).all()]
    outside, off = asked & ~inside, asked & inside & ~on_street
    left_out = 0 if question.among else int((is_site & unfit & inside).sum())
    return Places(today, staying, candidates, kept, tuple(names), int(outside.sum()), int(off.sum()), left_out)


def place_numbers(ids: Sequence[str], stock: Stock, name: str) -> Ints:
    """Return the numbers of the places of sites; `OptionError` where there is no such site."""
    known = dict(zip(stock.sites["site_id"].astype(str), stock.place_of_site.tolist(), strict=True))
    for key in ids:
        if key not in known:
            raise OptionError(f"{name}: there is no site {key!r}{did_you_mean(key, known)}")
    return np.unique(np.array([known[key] for key in ids], dtype=np.int64))


def _any(stock: Stock, of_site: Flags) -> Flags:
    """Whether any site of each place is so."""
    return np.bincount(stock.place_of_site, of_site, stock.n_places) > 0
