//! Error codes of Windows in words: what `explain` says, and `doctor` with it. Pure, on every system.

mod table;

pub(crate) use table::CODES;

/// A code that an administrator meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    /// An HRESULT, or an error code of Win32 or WinHTTP, which is below 0x10000.
    pub(crate) value: u32,
    /// As Windows' header files call it.
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) likely_cause: &'static str,
    /// What checks or mends it.
    pub(crate) fix: &'static str,
}

impl Code {
    /// The code, if it is known. One of Win32 may be wrapped into an HRESULT.
    pub(crate) fn find(value: u32) -> Option<&'static Self> {
        let bare = unwrapped(value);
        CODES.iter().find(|code| code.value == bare)
    }

    pub(crate) fn is_hresult(&self) -> bool {
        self.value > 0xFFFF
    }

    /// The code in the form that Windows shows for failures.
    pub(crate) fn hresult(&self) -> u32 {
        if self.is_hresult() { self.value } else { FROM_WIN32 | self.value }
    }

    /// As people know it: `0x800B0109`, `0x2EFD`.
    pub(crate) fn in_hexadecimal(&self) -> String {
        if self.is_hresult() { format!("0x{:08X}", self.value) } else { format!("0x{:X}", self.value) }
    }
}

/// What a text may mean: `0x800B0109`, `-2146762487`, `2148204809`, `12030`, and `800B0109` or `2EFE`. Nothing if it is
/// no number of 32 bits; several for digits that could be of either base.
pub(crate) fn values_of(given: &str) -> Vec<u32> {
    let given = given.trim();
    let hexadecimal = |digits: &str| u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'));
    if let Some(digits) = given.strip_prefix("0x").or(given.strip_prefix("0X")) {
        return hexadecimal(digits).into_iter().collect();
    }
    let decimal = given.parse::<u32>().ok().or(given.parse::<i32>().ok().map(i32::cast_unsigned));
    let other = hexadecimal(given).filter(|value| Some(*value) != decimal);
    decimal.into_iter().chain(other).collect()
}

/// HRESULT_FROM_WIN32: facility 7 and the failure bit.
const FROM_WIN32: u32 = 0x8007_0000;

fn unwrapped(value: u32) -> u32 {
    if value & 0xFFFF_0000 == FROM_WIN32 { value & 0xFFFF } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_in_every_form_in_which_windows_shows_it() {
        for (given, name) in [
            ("0x800B0109", "CERT_E_UNTRUSTEDROOT"),
            ("0X800b0109", "CERT_E_UNTRUSTEDROOT"),
            ("800B0109", "CERT_E_UNTRUSTEDROOT"),
            ("-2146762487", "CERT_E_UNTRUSTEDROOT"),
            ("2148204809", "CERT_E_UNTRUSTEDROOT"),
            ("0x2EFE", "ERROR_WINHTTP_CONNECTION_ERROR"),
            ("2efe", "ERROR_WINHTTP_CONNECTION_ERROR"),
            ("12030", "ERROR_WINHTTP_CONNECTION_ERROR"),
            ("0x80072EFE", "ERROR_WINHTTP_CONNECTION_ERROR"),
            ("-2147012866", "ERROR_WINHTTP_CONNECTION_ERROR"),
            ("80092004", "CRYPT_E_NOT_FOUND"),
            ("5", "ERROR_ACCESS_DENIED"),
            ("0x80070005", "ERROR_ACCESS_DENIED"),
        ] {
            let found: Vec<_> = values_of(given).into_iter().filter_map(Code::find).map(|code| code.name).collect();
            assert_eq!(found, [name], "{given}");
        }
    }

    #[test]
    fn what_is_no_number_of_32_bits_is_no_code() {
        for given in
            ["", "0x", "x", "0x1800B0109", "-2147483649", "4294967296", "0x-1", "0x+5", "CERT_E_EXPIRED", "5.0"]
        {
            assert_eq!(values_of(given), [0; 0], "{given}");
        }
    }

    #[test]
    fn every_code_stands_once_in_order_and_says_everything() {
        assert!(CODES.is_sorted_by_key(|code| code.value));
        for (position, code) in CODES.iter().enumerate() {
            let later = &CODES[position + 1..];
            assert!(later.iter().all(|other| other.value != code.value && other.name != code.name), "{code:?}");
            assert!(code.value <= 0xFFFF || code.value >> 31 == 1, "{code:?} is no failure");
            assert_eq!(unwrapped(code.value), code.value, "{code:?} is wrapped");
            for text in [code.meaning, code.likely_cause, code.fix] {
                assert!(
                    !text.is_empty() && text.is_ascii() && !text.ends_with('.') && !text.contains("  "),
                    "{code:?}"
                );
            }
        }
    }

    #[test]
    fn the_facility_of_a_value_fits_the_name() {
        for code in CODES {
            let fits = match code.name.split_once('_').unwrap().0 {
                "CRYPT" | "NTE" | "SEC" => code.value >> 16 == 0x8009,
                "CERT" => code.value >> 16 == 0x800B,
                "TRUST" => [0x8009, 0x800B].contains(&(code.value >> 16)),
                "ERROR" if code.name.starts_with("ERROR_WINHTTP_") => (12_000..12_200).contains(&code.value),
                "ERROR" => code.value < 12_000,
                _ => false,
            };
            assert!(fits, "{code:?}");
        }
    }
}
