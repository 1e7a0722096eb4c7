//! Tables that a console shows as well as a Markdown file does.

use std::fmt;

/// Rows of cells below a row of headings. The first column is set to the left, the others to the right.
#[derive(Debug, Clone)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table without rows yet.
    pub fn new(headings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(vec![headings.into_iter().map(Into::into).collect()])
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.0.push(cells.into_iter().map(Into::into).collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |row: &'_ [String], column: usize| row.get(column).cloned().unwrap_or_default();
        let width = |column| self.0.iter().map(|row| cell(row, column).len()).max().unwrap_or(0).max(2);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.0.iter().enumerate() {
            for (column, width) in widths.iter().enumerate() {
                let cell = cell(row, column);
                if column == 0 { write!(f, "| {cell:width$} |")? } else { write!(f, " {cell:>width$} |")? }
            }
            writeln!(f)?;
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    if column == 0 {
                        write!(f, "|{:-<1$}|", "", width + 2)?;
                    } else {
                        write!(f, "{:-<1$}:|", "", width + 1)?;
                    }
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// A time in the unit that leaves one to three digits before the point.
pub fn time(seconds: f64) -> String {
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 1e-3 {
        format!("{:.2} ms", seconds * 1e3)
    } else {
        format!("{:.1} us", seconds * 1e6)
    }
}

/// A part of a whole, in percent.
pub fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["keys", "mean"]);
        table.row(["a long name", "1 s"]);
        table.row(["short"]);
        let expected = "\
| keys        | mean |
|-------------|-----:|
| a long name |  1 s |
| short       |      |
";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn a_time_has_the_unit_that_suits_it() {
        assert_eq!([2.0, 0.5, 0.0015, 0.000_25].map(time), ["2.00 s", "500.00 ms", "1.50 ms", "250.0 us"]);
        assert_eq!(percent(0.0456), "4.6 %");
    }
}
