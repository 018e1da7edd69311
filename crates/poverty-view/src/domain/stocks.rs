//! Households and persons by class.

use super::{Amount, Class, Measure};
use std::{
    iter::Sum,
    ops::{AddAssign, SubAssign},
};

/// Households and persons of one area, or of a group in it, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stocks {
    /// All that are registered.
    pub registered: Amount,
    /// Of these the poor.
    pub poor: Amount,
    /// Of these the near-poor.
    pub near_poor: Amount,
    /// Of these the reviewed who are neither.
    pub not_poor: Amount,
}

impl Stocks {
    /// Those who were reviewed under the standard in force.
    pub fn reviewed(&self) -> Amount {
        self.poor + self.near_poor + self.not_poor
    }

    /// The rest.
    pub fn not_reviewed(&self) -> Amount {
        self.registered + -self.reviewed()
    }

    /// Of the class.
    pub fn of(&self, class: Class) -> Amount {
        match class {
            Class::Poor => self.poor,
            Class::NearPoor => self.near_poor,
            Class::NotPoor => self.not_poor,
            Class::NotReviewed => self.not_reviewed(),
        }
    }

    /// Each stock with its measure, in the order of [`Measure::STOCKS`].
    pub const fn by_measure(&self) -> [(Measure, Amount); 4] {
        [
            (Measure::Registered, self.registered),
            (Measure::Poor, self.poor),
            (Measure::NearPoor, self.near_poor),
            (Measure::NotPoor, self.not_poor),
        ]
    }

    /// Adds an amount of that measure; flows and lacks are no stocks.
    pub fn add(&mut self, measure: Measure, amount: Amount) {
        match measure {
            Measure::Registered => self.registered += amount,
            Measure::Poor => self.poor += amount,
            Measure::NearPoor => self.near_poor += amount,
            Measure::NotPoor => self.not_poor += amount,
            Measure::Flow(_) | Measure::Lacking(_) => {}
        }
    }
}

impl AddAssign for Stocks {
    fn add_assign(&mut self, other: Self) {
        self.registered += other.registered;
        self.poor += other.poor;
        self.near_poor += other.near_poor;
        self.not_poor += other.not_poor;
    }
}

impl Sum for Stocks {
    fn sum<I: Iterator<Item = Self>>(stocks: I) -> Self {
        stocks.fold(Self::default(), |mut sum, next| {
            sum += next;
            sum
        })
    }
}

impl SubAssign for Stocks {
    fn sub_assign(&mut self, other: Self) {
        self.registered += -other.registered;
        self.poor += -other.poor;
        self.near_poor += -other.near_poor;
        self.not_poor += -other.not_poor;
    }
}
