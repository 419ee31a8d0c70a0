"""The console in a browser: a small server that lets people in and runs one console, a process, for each of them."""
