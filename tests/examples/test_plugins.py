"""`examples/plugins`: what adds to the pages."""

from __future__ import annotations

import json
import subprocess
import urllib.request


def test_the_server_understands_both(place) -> None:
    command = [place.product.bin / "spinloom", "server", "--port", "0", "--plugins", place.examples / "plugins"]
    environment = place.product.environment(place.folder)
    with subprocess.Popen(command, cwd=place.folder, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = server.stderr.readline().split()[-1]
            with urllib.request.urlopen(address + "api/v1/plugins") as answer:
                plugins = {plugin["name"]: plugin for plugin in json.load(answer)["plugins"]}
        finally:
            server.terminate()
    assert sorted(plugins) == ["links", "task-metadata"]
    assert [plugin["problems"] for plugin in plugins.values()] == [[], []]
    assert plugins["task-metadata"]["frame"]["slot"] == "task-details"
    assert [link["label"] for link in plugins["links"]["links"]] == ["Machine in Grafana", "Ticket"]
