"""The service as a process of its own."""
import pathlib
import subprocess


class Service:
    def __init__(self, program, folder, *options):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.options = options

    def __enter__(self):
        self.errors = open(self.folder / "service.log", "wb")
        self.process = subprocess.Popen(
            [self.program, "serve", "--bind", "127.0.0.1:0", *self.options],
            stdout=subprocess.PIPE, stderr=self.errors)
        self.url = self.process.stdout.readline().decode().strip().rstrip("/")
        assert self.url.startswith("http"), "the service did not start"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(25) == 0, "the service did not end well"
        self.errors.close()
