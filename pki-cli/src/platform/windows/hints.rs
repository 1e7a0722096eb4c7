//! What Windows refused to do with what is no file, and the way out.

use std::fmt::Display;
use std::io;

use super::stores::Store;
use crate::exit::{Failure, kind};

pub(super) fn store(store: Store, context: impl Display, error: &io::Error) -> Failure {
    let failure = Failure::system(context, error);
    match kind(error) {
        io::ErrorKind::PermissionDenied => failure.hint(format!(
            "administrators may do this unless a policy or a guard forbids it; find out which keeps LocalMachine\\{store:?}"
        )),
        _ => failure.hint("look at the store with certlm.msc, then run the command again"),
    }
}

pub(super) fn key(context: impl Display, error: &io::Error) -> Failure {
    const NTE_PERM: u32 = 0x8009_0010;
    let is_denied = kind(error) == io::ErrorKind::PermissionDenied
        || error.raw_os_error().map(i32::cast_unsigned) == Some(NTE_PERM);
    Failure::system(context, error).hint(if is_denied {
        "administrators need full control of the folder Microsoft\\Crypto\\RSA\\MachineKeys in ProgramData, and of the key's \
         file in it"
    } else {
        "see with certutil -csplist whether this Windows has the provider; --provider chooses another"
    })
}

pub(super) fn registry(context: impl Display, error: &io::Error) -> Failure {
    Failure::system(context, error).hint(match kind(error) {
        io::ErrorKind::PermissionDenied => "see with regedit who may read and change the key: administrators should",
        _ => "look at the key with regedit, then run the command again",
    })
}

/// Of what hardly ever fails.
pub(super) fn other(context: impl Display, error: &io::Error) -> Failure {
    Failure::system(context, error).hint("run the command again; if it says the same, look into Windows' event log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_of_them_speaks_of_files_and_disks() {
        for code in [5, 0x8007_0005, 0x8009_0010, 0x8009_2004] {
            let error = io::Error::from_raw_os_error(u32::cast_signed(code));
            let failures =
                [store(Store::Root, "x", &error), key("x", &error), registry("x", &error), other("x", &error)];
            for failure in failures {
                let all = format!("{failure:?}");
                assert!(!all.contains("disk") && !all.contains("path") && all.contains("hint: Some"), "{all}");
            }
        }
    }
}
