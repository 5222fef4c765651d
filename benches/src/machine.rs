//! What a table was measured on.

use std::num::NonZeroUsize;
use std::process::Command;

use crate::table;

/// The processor cores that this process may use.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Whether `threads` can run at once. If not, says loudly that this part is left out.
#[must_use]
pub fn has_cores(threads: usize) -> bool {
    let has = cores() >= threads;
    if !has {
        table::line(&format!("SKIPPED: {threads} threads: this machine has {} cores", cores()));
    }
    has
}

/// Prints the machine's description and the name of the benchmark.
pub fn describe(benchmark: &str) {
    let memory_kib: f64 = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next().and_then(|number| number.parse().ok()))
        .unwrap_or(0.0);
    table::line(&format!("\n# {benchmark}\n"));
    table::line(&format!(
        "{} cores of {}, {:.0} GiB, Linux {}, load {}; {}; the system's allocator ({}); scale {}",
        cores(),
        field("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
        memory_kib / f64::from(1 << 20),
        read("/proc/sys/kernel/osrelease"),
        read("/proc/loadavg").split(' ').next().unwrap_or_default(),
        output("rustc", "--version"),
        output("getconf", "GNU_LIBC_VERSION"),
        crate::settings::scale(),
    ));
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).map_or_else(|_| unknown(), |text| text.trim().to_owned())
}

/// The value after `name:` in a file of such lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn output(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    output.map_or_else(|_| unknown(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
