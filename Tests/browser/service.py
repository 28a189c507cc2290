"""The service as a process of its own."""
import pathlib
import subprocess
import time


class Service:
    def __init__(self, program, folder, *options, environment=None):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.options = options
        self.environment = environment

    def __enter__(self):
        self.log = self.folder / "service.log"
        self.errors = open(self.log, "wb")
        bind = [] if "--bind" in self.options else ["--bind", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [self.program, "serve", *bind, *self.options],
            stdout=subprocess.PIPE, stderr=self.errors, env=self.environment)
        self.url = self.process.stdout.readline().decode().strip().rstrip("/")
        assert self.url.startswith("http"), f"the service did not start: {self.log.read_text()}"
        return self

    def notes(self, wanted, seconds=20):
        """The first line of the notes that `wanted` holds of."""
        end = time.monotonic() + seconds
        while True:
            for line in self.log.read_text().splitlines():
                if wanted(line):
                    return line
            assert time.monotonic() < end, f"no such line among the notes: {self.log.read_text()}"
            time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(25) == 0, "the service did not end well"
        self.errors.close()
