"""Days from today on, as the service writes them."""
import datetime
import zoneinfo

LONDON = zoneinfo.ZoneInfo("Europe/London")


def today():
    """The service's, asked for each time: a run may pass midnight."""
    return datetime.datetime.now(LONDON).date()


def day(offset):
    return (today() + datetime.timedelta(days=offset)).isoformat()
