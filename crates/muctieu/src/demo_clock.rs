//! The clock of synthetic histories: it shows the days that are told, and the machine's time before and afterwards.

use kernel::{Clock, Date, ManualClock, SystemClock, Timestamp, parse_date};
use service::server::DemoToday;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

#[derive(Debug)]
pub(crate) struct DemoClock {
    told: ManualClock,
    telling: AtomicBool,
}

impl DemoClock {
    pub(crate) fn new() -> Self {
        Self { told: ManualClock::new(SystemClock.now()), telling: AtomicBool::new(false) }
    }

    /// What a server does with the day that a call names.
    pub(crate) fn follower(self: &Arc<Self>) -> DemoToday {
        let clock = Arc::clone(self);
        DemoToday(Arc::new(move |text| match parse_date(text) {
            Some(today) => clock.set_today(today),
            None if text == "now" => clock.stop_telling(),
            None => tracing::warn!("'{text}' names no day of a synthetic history and is not followed"),
        }))
    }

    /// From here on it is noon of that day. Each call names it: a day that is told already is not told anew.
    fn set_today(&self, today: Date) {
        const NOON_MICROS: i64 = 12 * 3_600 * 1_000_000;
        if self.telling.load(Ordering::SeqCst) && self.told.now().day() == today {
            return;
        }
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
