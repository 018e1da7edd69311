//! Reads the classes of households before supports for them are decided on, so that decisions stay pure.

use crate::{
    domain::{ClassSeen, ClassWanted, Classes, Command, SeenClass},
    refusals,
    request::Transfers,
};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::Date;
use poverty_view::{Class, PovertyView};
use service::Refusal;
use std::time::Duration;

/// Households whose classes are read at once.
const READS_MAX: usize = 8;

/// Puts into the command what the poverty registry's events say of the households that it wants to know about.
pub(crate) async fn read_classes(
    poverty: &PovertyView,
    transfers: &mut Transfers,
    wanted: Vec<ClassWanted>,
    today: Date,
    wait_max: Duration,
) -> Result<(), Refusal> {
    if let Some(position) = transfers.poverty_position {
        let waited = poverty.wait_for(position, wait_max).await;
        waited.map_err(|error| refusals::poverty_behind(&error))?;
    }
    let seen = stream::iter(wanted).map(async |wanted: ClassWanted| {
        let seen = read_class(poverty, wanted, today).await?;
        Ok::<_, Refusal>((wanted.item, seen))
    });
    let classes: Classes = seen.buffer_unordered(READS_MAX).try_collect().await?;
    if let Command::Transfer(command) = &mut transfers.intent.command {
        command.classes = classes;
    }
    Ok(())
}

async fn read_class(poverty: &PovertyView, wanted: ClassWanted, today: Date) -> Result<ClassSeen, Refusal> {
    let ClassWanted { household, decided_on, .. } = wanted;
    let class = async |known_on| {
        let seen = poverty.class_of(household, decided_on, known_on).await;
        seen.map_err(|error| refusals::poverty_view(&error))
    };
    let then = class(decided_on).await?;
    let now = class(today).await?;
    Ok(ClassSeen { then: seen(then.value), now: seen(now.value), position: now.position })
}

const fn seen(class: Option<Class>) -> SeenClass {
    match class {
        Some(Class::Poor) => SeenClass::Poor,
        Some(Class::NearPoor) => SeenClass::NearPoor,
        Some(Class::NotPoor) => SeenClass::NotPoor,
        Some(Class::NotReviewed) => SeenClass::NotReviewed,
        None => SeenClass::NotRegistered,
    }
}
