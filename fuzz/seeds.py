#!/usr/bin/env python3
"""Writes what the fuzzers begin with: fuzz/seeds/TARGET/, one input a file.

Templates, paths and queries are those of the conformance cases in the crates' tests. Flows are
pieces of the example flow without its pictures, and small ones that are made here: one for each
kind of activity, and one that holds them all. Exports of other people can be added by naming a folder:

    fuzz/seeds.py [FOLDER_WITH_EXPORTS]

They go into fuzz/seeds/flow-others, which nothing of what is committed is made from.

Session descriptions, texts to be spoken, streams and datagrams are made in `fuzz/seeds_calls.py`.
"""

import hashlib
import json
import pathlib
import shutil
import sys

import seeds_calls

HOME = pathlib.Path(__file__).resolve().parent
ROOT = HOME.parent
MOST_BYTES = {"expr": 4096, "jsonpath": 8192, "soql": 4096, "flow": 8 << 10, "flow-others": 64 << 10,
              "sdp": 4096, "rtp": 4096, "rtcp": 2048, "ssml": 4096, "browser": 8192}


def cases(crate):
    text = (ROOT / "crates" / crate / "tests/conformance/cases.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def write(target, texts):
    folder = HOME / "seeds" / target
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    count = 0
    for text in dict.fromkeys(texts):
        data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
        if len(data) <= MOST_BYTES[target]:
            (folder / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)
            count += 1
    print(f"{target}: {count} seeds")


def speech(text, **more):
    return {"toggle": True, "promptsTts": [{"type": "tts", "value": text}], **more}


def mapping(variable, path):
    return {"outputVariable": variable, "jsonPathExp": path}


def request(**more):
    return {
        "authenticated": True, "connectorId": "c1", "connectorId:name": "CRM",
        "httpRequestPath": "/query?q=SELECT+Id+FROM+A+WHERE+P='{{text}}'", "contentType": "JSON",
        "httpRequestMethod": "GET", "httpContentType": "APPLICATION_JSON", "responseTimeout": 2000,
        "numberOfRetries": 1, "httpRequestHeaders": {"X-A": "{{text}}"},
        "httpQueryParameters": {"p": "{{n}}"},
        "outputVariableArray": [mapping("text", "$.records[0].Name"), mapping("n", "$.totalSize")],
        **more,
    }


QUEUE = {"queueRadioGroup": "staticQueue", "destination": "q1", "destination:name": "Support"}

# One line for each kind of activity: its properties, and the ports by which it is left.
KINDS = {
    "play-message": (speech("Hello {{text}}"), "default error"),
    "play-music": ({"prompt": "hold.wav", "duration": "30"}, "default error"),
    "ivr-menu": (
        speech("Press 1", menuLinks=["1", "2"], entryTimeout="3", interruptible=True),
        "1 2 timeout invalid",
    ),
    "ivr-collectdigits": (
        speech("Your number", minDigits="2", maxDigits="4", terminatorSymbol="#",
               entryTimeout="3", interDigitTimeout="2", interruptible=True),
        "default timeout invalid",
    ),
    "set-variable": ({"srcVariable": "n", "expr": "{{ n + 1 }}"}, "out error"),
    "condition-activity": ({"expression": "{{ n > 3 }}"}, "true false error"),
    "case-statement": (
        {"expression": "{{ text }}", "menuLinks": ["0", "1"], "menuLinks:input": ["a", "{{n}}"]},
        "0 1 default error",
    ),
    "parse-activity": (
        {"inputVariable": "data", "contentType": "JSON",
         "outputVariableArray": [mapping("text", "$.a[?(@.b > 1)].c")]},
        "default error",
    ),
    "http-request-v2": (request(), "default error"),
    "queue-contact": (
        {**QUEUE, "toggle": True, "priorityRadioGroup": "variablePriority",
         "priorityVariable": "{{n}}", "toggleAgentAvailability": True,
         "skills": {"requirements": [
             {"skillName": "sales", "condition": ">=", "skillValue": "{{n}}"}]}},
        "default error",
    ),
    "queue-lookup": ({**QUEUE, "ewtLookbackMinutes": "5"}, "default insufficientInformation error"),
    "business-hours": (
        {"businessHoursId": "h1", "businessHoursId:name": "Office"},
        "workingHours holidays override default error",
    ),
    "percent-allocation": (
        {"allocations": ["0", "1"],
         "allocations:input": ['{"percent":"60","desc":"A"}', '{"percent":"40","desc":"B"}']},
        "0 1 error",
    ),
    "subflow-handoff": (
        {"subflowId": "f1", "subflowName": "Seed",
         "subflowInputVariables": [{"src": "text", "target": "text"}],
         "subflowOutputVariables": [{"src": "n", "target": "n"}]},
        "default error",
    ),
    "hand-off": (
        {"handOffFlow": {"handOffTo": "f1", "handOffToName": "Seed"},
         "flowVariableMapping": [{"src": "text", "target": "text"}]},
        "error",
    ),
    "screen-pop": (
        {"screenPopUrl": "https://crm.example/{{text}}", "queryParameters": {"n": "{{n}}"},
         "screenPopDesktopLabel": "CRM", "target": "newBrowserTab"},
        "default error",
    ),
    "record": ({}, "default error"),
    "disconnect-contact": ({}, ""),
    "end": ({}, ""),
    "end-subflow": ({}, ""),
}

VARIABLES = [
    ("text", "STRING", "a"), ("n", "INTEGER", "2"), ("d", "DECIMAL", "1.5"),
    ("flag", "BOOLEAN", "true"), ("day", "DATETIME", "2026-01-01T00:00:00Z"),
    ("data", "JSON", '{"a":[{"b":2,"c":"x"}]}'),
]


def activity(label, kind, properties):
    group = {"end": "end", "NewPhoneContact": "start", "Event": "event"}.get(kind, "action")
    return {"id": label, "name": label, "group": group,
            "properties": {"name": label, "activityName": kind, **properties}}


def link(source, port, target):
    return {"id": f"{source}.{port}", "sourceActivityId": source, "targetActivityId": target,
            "conditionExpr": port, "properties": {"value": port}}


def chain(kinds):
    """A process that walks the kinds one after the other, whatever port each is left by."""
    labels = [f"{kind.replace('-', '_')}_{place}" for place, kind in enumerate(kinds)]
    activities = {"Start": activity("Start", "NewPhoneContact", {})}
    links = [link("Start", "out", labels[0])]
    for place, (label, kind) in enumerate(zip(labels, kinds)):
        properties, ports = KINDS[kind]
        activities[label] = activity(label, kind, properties)
        following = labels[place + 1] if place + 1 < len(labels) else labels[0]
        links += [link(label, port, following) for port in ports.split()]
    return {"activities": activities, "links": links}


def events(kinds):
    names = {"AgentContactAssigned": "AgentAnswered", "ContactEnded": "PhoneContactEnded",
             "GlobalErrorHandling": "OnGlobalError"}
    process = {"activities": {}, "links": []}
    for name, event in names.items():
        process["activities"][name] = activity(name, "Event", {"event": event})
        for kind in kinds:
            label = f"{kind.replace('-', '_')}_{name}"
            process["activities"][label] = activity(label, kind, KINDS[kind][0])
            process["links"].append(link(name, "out", label))
    on_events = {name: name for name in names}
    on_events["FCAsk(ContactLastAgentRemoved)"] = "ContactEnded"
    return {"GLOBAL_EVENTS": {"process": process, "onEvents": on_events, "diagram": {}}}


def export(kinds, event_kinds=(), kind="FLOW", secure=False):
    variables = [
        {"name": name, "type": of, "value": value, "source": "", "isSecure": secure,
         "isCAD": name == "text", "desktopLabel": name, "agentEditable": True}
        for name, of, value in VARIABLES
    ]
    flow = {
        "flowId": "f1", "name": "Seed", "version": 1, "flowType": kind, "orgId": "o1",
        "variables": variables, "variableOrders": {"pop-over": [{"name": "text"}]},
        "process": chain(list(kinds)), "diagram": {},
        "eventFlows": {"eventsMap": events(event_kinds) if event_kinds else {}, "properties": {}},
    }
    return json.dumps(flow, separators=(",", ":"))


def flows():
    for kind in KINDS:
        yield export([kind])
    for kind in KINDS:
        yield export([kind, "end"], ["screen-pop"], secure=True)
    yield from halves(json.loads(export(KINDS, ["http-request-v2", "play-message"])))
    yield export(["set-variable", "end-subflow"], kind="SUBFLOW")
    yield export(["set-variable", "condition-activity", "end"], ["set-variable"])
    for file in sorted((ROOT / "flows").glob("*/flow.json")):
        yield from halves(json.loads(without_pictures(file)))


def halves(flow):
    """A flow in pieces that are small enough: some of its activities at a time."""
    text = json.dumps(flow, separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) <= MOST_BYTES["flow"]:
        yield text
        return
    processes = [flow["process"]]
    processes += [group["process"] for group in flow["eventFlows"]["eventsMap"].values()]
    largest = max(processes, key=lambda process: len(json.dumps(process)))
    activities = list(largest["activities"].items())
    middle = len(activities) // 2
    if middle < 2:
        return
    # Both halves keep the start.
    for half in (activities[:middle], activities[:1] + activities[middle:]):
        ids = {id for id, _ in half}
        ends = ("sourceActivityId", "targetActivityId")
        largest["activities"] = dict(half)
        links = largest["links"]
        largest["links"] = [link for link in links if all(link[end] in ids for end in ends)]
        yield from halves(json.loads(json.dumps(flow)))
        largest["links"] = links


def without_pictures(file):
    flow = json.loads(file.read_text("utf-8-sig"))
    for part in ("diagram", "validationResults", "runtimeVariables"):
        flow.pop(part, None)
    for group in (flow.get("eventFlows") or {}).get("eventsMap", {}).values():
        group.pop("diagram", None)
    return json.dumps(filled(flow), separators=(",", ":"), ensure_ascii=False)


def filled(value):
    """The same without what only the editor needs: nulls, descriptions, times of drawing."""
    if isinstance(value, list):
        return [filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    unread = {"description", "_renderRequestTimestamp"}
    return {
        key: filled(one) for key, one in value.items() if one is not None and key not in unread
    }


def main():
    write("expr", (case["template"] for case in cases("expr")))
    write("jsonpath", (f"{case['path']}\n{case['json']}" for case in cases("jsonpath")))
    write("soql", (case["soql"] for case in cases("salesforce-sandbox")))
    write("flow", flows())
    write("sdp", seeds_calls.descriptions())
    write("rtp", seeds_calls.streams())
    write("rtcp", seeds_calls.compounds())
    write("ssml", seeds_calls.texts())
    write("browser", seeds_calls.browsers())
    if len(sys.argv) > 1:
        others = sorted(pathlib.Path(sys.argv[1]).glob("*.json"))
        write("flow-others", (without_pictures(file) for file in others))


if __name__ == "__main__":
    main()
