"""This process and all it starts, watched from inside: what each phase of a program takes. From outside: `tree`."""

import threading

import psutil

LOOK_EVERY_S = 2.0  # a look at all processes costs tens of milliseconds, which count as ours


class Watch:
    """CPU seconds of this process and its descendants, dead ones included; the peak of their resident memory."""

    def __init__(self) -> None:
        self.cpu: dict[tuple[int, float], float] = {}
        self.peak_bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self.sample()

    def sample(self) -> float:
        """CPU seconds so far."""
        resident = 0
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
            try:
                times, memory = process.cpu_times(), process.memory_full_info()
                self.cpu[process.pid, process.create_time()] = times.user + times.system
                resident += memory.pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        self.peak_bytes = max(self.peak_bytes, resident)
        return sum(self.cpu.values())

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
