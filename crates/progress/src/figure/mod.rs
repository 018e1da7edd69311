//! Figures: their names, and the sums of facts that they are.

mod name;
mod sum;

pub use name::{
    CountName, CountedClass, Extent, FigureName, InvalidFigureName, MovementColumn, MovementName, Scope,
    ShareName, TargetName, Unit,
};
pub(crate) use sum::column_terms;
pub use sum::{Days, Sum, Term};
