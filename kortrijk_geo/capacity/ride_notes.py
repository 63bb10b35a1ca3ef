"""What a reader must know of a ride by public transport, in Dutch: the method, the day, what is assumed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.text.dutch import date_text, decimal_text, names_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.capacity.transit import TransitNetwork
    from kortrijk_geo.figure import Figure
    from kortrijk_geo.pack.timetable import Timetable

_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def what_if_page(page: str, change: str) -> str:
    """Name the page of a changed timetable, so that it never takes the place of the page of the real one."""
    return f"{page}_wat_als" if change else page


def what_if_title(title: str, change: str) -> str:
    """Mark a title where the timetable is changed."""
    return f"{title} (wat als: {change})" if change else title


def what_if_figure(figure: Figure, change: str) -> Figure:
    """Mark a headline where the timetable is changed."""
    return replace(figure, label=what_if_title(figure.label, change))


def ride_method(options: Mapping[str, Any]) -> str:
    """Say how a ride is measured, from the record of a `Ride`."""
    return (
        f"Voor elke woning en elke minuut van {options['from_time']} tot {options['to_time']} is de snelste reis"
        f" berekend met de dienstregeling van {date_text(options['day'])}: te voet over de straten naar een halte"
        f" (hoogstens {decimal_text(options['to_stop_m'], 0)} m), met bus, tram of trein, zo nodig overstappen"
        f" (hoogstens {decimal_text(options['between_stops_m'], 0)} m tussen haltes, en zoals de dienstregeling zelf"
        " zegt), en te voet naar de voorziening; of helemaal te voet, als dat sneller is. Wie instapt, is"
        f" {options['slack_s']} seconden voor het vertrek aan de halte. De reistijd loopt vanaf die minuut: ook het"
        " wachten op de eerste bus of trein telt dus mee, aan de halte of thuis. Snelheid te voet"
        f" {decimal_text(options['walk_m_per_min'] * KM_PER_H, 1)} km/u. De helft van de vertrekken duurt hoogstens de"
        " mediaan, negen op de tien hoogstens het 90e percentiel."
    )


def ride_notes(net: TransitNetwork) -> list[str]:
    """Return the remarks on the day and its timetable, and on what is taken out of it."""
    day, ride = net.day, net.ride
    why = " (gekozen: de dinsdag met de meeste ritten binnen de geldigheid van alle bestanden)" * (ride.day is None)
    departures = "één vertrek" if len(ride.window) == 1 else f"{len(ride.window)} vertrekken per woning"
    inside = net.trips_in_window
    of_day = (
        f"Dienstregeling van {_DAYS[day.weekday()]} {date_text(day)}{why}: {decimal_text(net.trips, 0)} ritten op die"
        f" dag die in of bij de stad stoppen, waarvan er {decimal_text(inside, 0)} van {ride.from_time} tot"
        f" {ride.to_time} ergens vertrekken; {departures}."
    )
    idle = (
        f"Let op: van {ride.from_time} tot {ride.to_time} rijdt niets. Wie niet wacht op een rit van later, gaat dan te"
        " voet: deze cijfers zeggen weinig over bus en trein."
    )
    changes = ride.change.remarks(net.pack_timetable, net.timetable, day)
    return [*([] if inside else [idle]), of_day, *_of_feeds(net.timetable, day), *changes]


def _of_feeds(timetable: Timetable, day: dt.date) -> list[str]:
    """Say which feeds are not valid on the day, or do not know whether it is a holiday."""
    number = day.toordinal()
    names, remarks = timetable.feed, []
    outside = (number < timetable.feed_from) | (timetable.feed_to < number)
    if outside.any():
        remarks.append(
            f"De dag ligt buiten de geldigheid van {names_text(names[outside].tolist())}: van die ritten rijdt er dan"
            " misschien geen."
        )
    early = (timetable.feed_exceptions_to > 0) & (timetable.feed_exceptions_to < number)
    for i in np.flatnonzero(early & ~outside).tolist():
        last = dt.date.fromordinal(int(timetable.feed_exceptions_to[i]))
        remarks.append(
            f"Feestdagen en andere uitzonderingen van {names[i]} zijn bekend tot {date_text(last)}: of"
            f" {date_text(day)} er een is, is onbekend."
        )
    return remarks
