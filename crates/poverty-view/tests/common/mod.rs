//! Random histories of households, and an oracle that answers about them by walking day by day. The oracle shares no
//! rule with the crate: it is a second reading of the rule book.

pub(crate) mod oracle;
pub(crate) mod tales;
