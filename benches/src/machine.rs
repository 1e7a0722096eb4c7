//! What the numbers were measured on.

use std::thread::available_parallelism;

/// The processor, its cores that this process may use, and the system.
pub fn describe() -> String {
    let cores = available_parallelism().map_or(1, Into::into);
    format!("{}, {cores} cores, {}", processor(), std::env::consts::OS)
}

/// What the processor calls itself, with the numbers that tell its generation; on Linux, elsewhere its architecture.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    match (field("model name"), field("cpu family"), field("model")) {
        (Some(name), Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        (Some(name), ..) => name,
        _ => std::env::consts::ARCH.to_owned(),
    }
}
