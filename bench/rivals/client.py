"""Milliseconds of calls through gradio_client, as JSON: `python client.py PORT PHOTO TURNS PAUSE`."""

import json
import statistics
import sys
import time

from gradio_client import Client, handle_file

port, photo, turns, pause = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
client = Client(f"http://127.0.0.1:{port}/", verbose=False)
calls = {
    "given": lambda sigma: client.predict(handle_file(photo), sigma, api_name="/given"),
    "kept": lambda sigma: client.predict(sigma, api_name="/kept"),
    "encoded": lambda sigma: client.predict(sigma, api_name="/encoded"),
}
times = {name: [] for name in calls}
for turn in range(turns):
    for name, call in calls.items():
        time.sleep(pause)
        start = time.perf_counter()
        call(1 + turn / 1000)
        times[name].append(1000 * (time.perf_counter() - start))
print(json.dumps({name: statistics.median(found[3:]) for name, found in times.items()}))
