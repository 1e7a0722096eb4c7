//! Each contender of each piece of work, one after the other, for Criterion.
//!
//! ```text
//! cargo bench -p pki-benches --features peers -- "keys 2048/avx2"
//! ```

#![allow(clippy::expect_used, reason = "a benchmark that fails has to stop")]
#![allow(missing_docs, reason = "Criterion's macros make functions without")]

use std::time::Duration;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use pki_benches::work::Work;

fn all(criterion: &mut Criterion) {
    for work in Work::all() {
        let mut group = criterion.benchmark_group(&work.name);
        // A key takes a few milliseconds or seconds, by chance: as many calls for each value.
        group.sampling_mode(SamplingMode::Flat).sample_size(20).measurement_time(Duration::from_secs(10));
        for mut contender in work.prepare().expect("what the work starts from").contenders {
            group.bench_function(&contender.name, |bencher| {
                bencher.iter(|| (contender.run)().expect("the work"));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
