//! Times of one piece of work, and how far their mean can be trusted.

/// Measured values, all of the same kind, in the order in which they were measured.
#[derive(Debug, Clone, Default)]
pub struct Sample(Vec<f64>);

/// How many times one mean is another, with the standard error of that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// How many times.
    pub times: f64,
    /// One standard error of it.
    pub error: f64,
}

impl Sample {
    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The mean; zero if there is no value.
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.count().max(1) as f64
    }

    /// The standard error of the mean, as a part of the mean. Nothing is known of it below two values.
    pub fn relative_error(&self) -> f64 {
        if self.count() < 2 {
            return f64::INFINITY;
        }
        (self.covariance(self) / self.count() as f64).sqrt() / self.mean()
    }

    /// How many times this mean is the other's. The values do not belong together.
    pub fn ratio_to(&self, other: &Self) -> Ratio {
        let times = self.mean() / other.mean();
        Ratio { times, error: times * self.relative_error().hypot(other.relative_error()) }
    }

    /// As [`ratio_to`](Self::ratio_to), where value for value the same work was done: what makes a piece of work long
    /// makes it long for both, and does not count as error.
    pub fn paired_ratio_to(&self, other: &Self) -> Ratio {
        let ratio = self.ratio_to(other);
        if self.count() != other.count() || self.count() < 2 {
            return ratio;
        }
        let shared = self.covariance(other) / self.count() as f64 / (self.mean() * other.mean());
        let squared = self.relative_error().powi(2) + other.relative_error().powi(2) - 2.0 * shared;
        Ratio { error: ratio.times * squared.max(0.0).sqrt(), ..ratio }
    }

    fn covariance(&self, other: &Self) -> f64 {
        let (a, b) = (self.mean(), other.mean());
        let sum: f64 = self.0.iter().zip(&other.0).map(|(x, y)| (x - a) * (y - b)).sum();
        sum / (self.count() - 1) as f64
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        values.iter().copied().collect()
    }

    #[test]
    fn the_error_is_the_standard_error_of_the_mean() {
        // The variance of 1, 2, 3, 4, 5 is 2.5.
        let sample = sample(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((sample.mean(), sample.count()), (3.0, 5));
        assert!((sample.relative_error() - 0.5_f64.sqrt() / 3.0).abs() < 1e-12);
    }

    #[test]
    fn one_value_says_nothing_about_its_error() {
        assert_eq!(sample(&[1.0]).relative_error(), f64::INFINITY);
        assert_eq!(sample(&[]).mean(), 0.0);
    }

    #[test]
    fn a_ratio_has_the_errors_of_both() {
        let (slow, fast) = (sample(&[9.0, 11.0]), sample(&[1.0, 1.0]));
        let ratio = slow.ratio_to(&fast);
        assert_eq!(ratio.times, 10.0);
        assert!((ratio.error - 1.0).abs() < 1e-12);
        let both = slow.ratio_to(&slow);
        assert!((both.error - 0.02_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn what_varies_with_the_work_is_no_error_of_a_paired_ratio() {
        let (slow, fast) = (sample(&[2.0, 8.0, 20.0]), sample(&[1.0, 4.0, 10.0]));
        let ratio = slow.paired_ratio_to(&fast);
        assert_eq!(ratio.times, 2.0);
        assert!(ratio.error < 1e-6, "{ratio:?}");
        assert!(slow.ratio_to(&fast).error > 1.0);
        assert_eq!(slow.paired_ratio_to(&sample(&[1.0, 2.0])), slow.ratio_to(&sample(&[1.0, 2.0])));
    }
}
