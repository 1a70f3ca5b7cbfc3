"""GET /v1/enumerations: the words of every field and filter, from the tables that check them."""
import json


def lists(house):
    return {(each["resource"], each["field"]): each["words"]
            for each in house.http.get("/v1/enumerations", expect=200).json["data"]}


def taken(house):
    """(resource, field) -> words, of every body and filter as `describe` has them."""
    found = {}
    for route in json.loads(house.server.run("describe").stdout)["routes"]:
        fields = list(route["body"])
        fields += [{**inner, "name": f"{field['name']}.{inner['name']}"}
                   for field in route["body"] for inner in field.get("fields", [])]
        fields += (route.get("listing") or {}).get("filters", [])
        for field in fields:
            if field.get("one_of"):
                found[route["resource"], field["name"]] = field["one_of"]
    return found


def test_every_list_of_words_is_there(house):
    shown = {place: [word["word"] for word in words] for place, words in lists(house).items()}
    assert shown == taken(house)
    assert ("channel_application", "operators.access") in shown


def test_words_have_labels_and_meanings(house):
    shown = lists(house)
    for words in shown.values():
        labels = [word["label"] for word in words]
        assert len(set(labels)) == len(labels)
        assert all("_" not in label and label[0].isupper() for label in labels), labels
    assert [word["label"] for word in shown["appointment", "role"]] == [
        "SLT", "Administrator", "Staff", "Governor"]
    assert [(place, word["word"]) for place, words in shown.items() for word in words if not word["means"]] == []
