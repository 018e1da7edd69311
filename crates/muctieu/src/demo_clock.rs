//! The clock of the demo: it shows the days of a synthetic history while that is told, and the machine's time afterwards.

use kernel::{Clock, Date, ManualClock, SystemClock, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug)]
pub(crate) struct DemoClock {
    told: ManualClock,
    telling: AtomicBool,
}

impl DemoClock {
    pub(crate) fn new() -> Self {
        Self { told: ManualClock::new(SystemClock.now()), telling: AtomicBool::new(false) }
    }

    /// From here on it is noon of that day.
    pub(crate) fn set_today(&self, today: Date) {
        const NOON_MICROS: i64 = 12 * 3_600 * 1_000_000;
        let midnight = Timestamp::start_of(today);
        self.told.set(Timestamp::from_micros(midnight.micros() + NOON_MICROS).unwrap_or(midnight));
        self.telling.store(true, Ordering::SeqCst);
    }

    /// From here on it is the machine's time.
    pub(crate) fn stop_telling(&self) {
        self.telling.store(false, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        if self.telling.load(Ordering::SeqCst) { self.told.now() } else { SystemClock.now() }
    }
}
