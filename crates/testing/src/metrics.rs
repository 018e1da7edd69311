//! What the code under test measures.

use ::metrics::LocalRecorderGuard;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// The metrics of one test, apart from those of every other.
pub struct TestMetrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl TestMetrics {
    /// Without any metric yet.
    #[expect(clippy::new_without_default, reason = "a test says that it begins to measure")]
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        Self { recorder, handle }
    }

    /// Whatever is made on this thread while the guard lives is measured here, wherever it goes later.
    pub fn here(&self) -> LocalRecorderGuard<'_> {
        ::metrics::set_default_local_recorder(&self.recorder)
    }

    /// The value of the gauge or counter of that name; `None` while there is none.
    ///
    /// # Panics
    /// When several differ by their labels.
    pub fn value(&self, name: &str) -> Option<f64> {
        let page = self.handle.render();
        let values: Vec<&str> = page.lines().filter_map(|line| value_of(line, name)).collect();
        assert!(values.len() < 2, "{name} was measured once:\n{page}");
        Some(values.first()?.parse().expect("a metric's value is a number"))
    }
}

/// The value in a line such as `name{label="a"} 1`.
fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(name)?;
    let labelled = rest.starts_with('{') || rest.starts_with(' ');
    labelled.then(|| rest.rsplit(' ').next())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_read_by_its_whole_name() {
        let metrics = TestMetrics::new();
        {
            let _measured = metrics.here();
            ::metrics::gauge!("testing_gauge", "place" => "here").set(7.0);
            ::metrics::gauge!("testing_gauge_of_another_name").set(8.0);
        }
        ::metrics::gauge!("testing_gauge", "place" => "elsewhere").set(9.0);
        assert_eq!(metrics.value("testing_gauge"), Some(7.0));
        assert_eq!(metrics.value("testing"), None);
    }
}
