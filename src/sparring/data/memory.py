"""How much data may be kept in memory."""

import os
import sys
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_CGROUP_FILES = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)


def _available() -> int:
    """Bytes that the machine can still give, or all it has where it does not say."""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 4 * 2**30


def _address_space() -> int | None:
    """Bytes below the limit that `ulimit -v` sets, or None without a limit."""
    if sys.platform == "win32":
        return None
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    statm = Path("/proc/self/statm")
    if limit == resource.RLIM_INFINITY or not statm.exists():
        return None
    used = int(statm.read_text().split()[0]) * resource.getpagesize()
    return max(0, limit - used)


def _cgroup() -> int | None:
    """Bytes below the limit of the container, or None without a limit."""
    for limit_name, used_name in _CGROUP_FILES:
        try:
            limit = (_CGROUP / limit_name).read_text().strip()
            used = int((_CGROUP / used_name).read_text())
        except (OSError, ValueError):
            continue
        if limit.isdigit():
            return max(0, int(limit) - used)
    return None


def budget() -> int:
    """Bytes of data that may be kept in memory: half of what is free.

    What is free is the least of the machine's available memory, the room under `ulimit -v`, and
    the room under the container's limit.

    Example:
        >>> budget() > 0
        True
    """
    rooms = (_available(), _address_space(), _cgroup())
    return min(room for room in rooms if room is not None) // 2
