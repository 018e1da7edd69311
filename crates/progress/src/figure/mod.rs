//! Figures: their names, and the sums of facts that they are.

mod criteria;
mod money;
mod name;
mod sum;

pub use criteria::{Band, Basis, CriteriaCount, CriteriaMeasure, CriteriaName, Reported, ReportedPart};
pub(crate) use money::is_code;
pub use money::{Held, InRate, MoneyColumn, MoneyMeasure, MoneyName, MoneyRate};
pub(crate) use name::count_name;
pub use name::{
    CountName, CountedClass, Extent, FigureName, InvalidFigureName, LackingName, MovementColumn,
    MovementName, Scope, ShareName, TargetName, Unit,
};
pub(crate) use sum::column_terms;
pub use sum::{Days, Sum, Term};
