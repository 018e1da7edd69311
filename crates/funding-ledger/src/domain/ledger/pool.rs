//! Values kept once, by number.

use foldhash::HashMap;
use std::{hash::Hash, sync::Arc};

/// Values with how often each is held. The facts of a ledger are taken back in the opposite order, so the value that
/// nobody holds any more is the one that was added last.
#[derive(Debug, PartialEq)]
pub(super) struct Pool<T: Eq + Hash + ?Sized> {
    numbers: HashMap<Arc<T>, u32>,
    values: Vec<(Arc<T>, u32)>,
}

impl<T: Eq + Hash + ?Sized> Default for Pool<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), values: Vec::new() }
    }
}

impl<T: Eq + Hash + ?Sized> Pool<T> {
    /// The number of the value, which is held once more; where it is new, `own` makes it last.
    pub(super) fn hold(&mut self, value: &T, own: impl FnOnce(&T) -> Arc<T>) -> u32 {
        if let Some(&number) = self.numbers.get(value) {
            self.values[number as usize].1 += 1;
            return number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let value = own(value);
        self.numbers.insert(Arc::clone(&value), number);
        self.values.push((value, 1));
        number
    }

    /// The value is held once less.
    pub(super) fn release(&mut self, number: u32) {
        let (value, held) = &mut self.values[number as usize];
        *held -= 1;
        if *held == 0 {
            self.numbers.remove(value);
            self.values.pop();
        }
    }

    /// What has this number.
    pub(super) fn get(&self, number: u32) -> &Arc<T> {
        &self.values[number as usize].0
    }
}
