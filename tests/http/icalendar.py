"""Texts of iCalendars, for tests."""


def event(uid, title, start, end=None, *more):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", f"DTSTART{start}",
                        *([f"DTEND{end}"] if end else []), *more, "END:VEVENT"])


def ical(*events):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//school//terms//EN", *events, "END:VCALENDAR", ""])
