//! Names, birth dates and sexes leave the registry on no event, and are gone with the household's key.

use crate::{
    messages::{PHUC_THAN, assessment, change, list, member, registration, search},
    office::{Office, refused},
};
use api::{poverty::poverty_registry_server::PovertyRegistry as _, types::PovertyClass};
use poverty_registry::{CONTEXT, ReadModel};
use projection::{LogSource, RebuildOptions};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request};

const SINCE: &str = "2024-09-01";

fn household_id(name: &str) -> kernel::HouseholdId {
    name.strip_prefix("households/").unwrap().parse().unwrap()
}

#[tokio::test]
async fn no_event_shows_personal_data() {
    let office = Office::on_sqlite().await;
    let household = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap();
    let mut joined = change(&household.name, "2025-01-01");
    joined.add = vec![member("Vàng Thị Kín", "08", false)];
    office.change(joined).await;
    let events = office.log.read(0, 10).await.unwrap();
    assert_eq!(events.len(), 2);
    for event in events {
        for personal in ["Thử", "Kín", "1984", "female"] {
            let (content, metadata) = (&event.content, &event.metadata);
            assert!(!content.contains(personal) && !metadata.contains(personal), "{content} {metadata}");
        }
    }
    let people = office.get(&household.name).await.members;
    assert_eq!(people[2].full_name, "Vàng Thị Kín");
    assert_eq!((people[0].birth_date.as_str(), people[0].sex()), ("1984-02-29", api::poverty::Sex::Female));
}

#[tokio::test]
async fn a_household_whose_key_is_destroyed_stays_readable_without_its_persons() {
    let office = Office::on_sqlite().await;
    let request = registration(PHUC_THAN, SINCE);
    let name = office.register(request.clone()).await.household.unwrap().name;
    office.assess(assessment(&name, "2024-12-14", 140, 3)).await;
    assert_eq!(office.search(search("lò")).await.hits.len(), 1);
    assert!(office.keys.destroy(household_id(&name)).await.unwrap());

    let household = office.get(&name).await;
    assert_eq!((household.member_count, household.ethnicity.as_str()), (2, "03"));
    assert!(
        household.members.iter().all(|member| member.full_name.is_empty() && member.birth_date.is_empty())
    );
    assert_eq!(household.latest_assessment.unwrap().poverty_class(), PovertyClass::Poor);
    assert_eq!(office.list(list("areas/03618@2025-07-01")).await.households.len(), 1);
    assert!(office.search(search("lò")).await.hits.is_empty());

    office.assess(assessment(&name, "2025-12-14", 141, 3)).await;
    let mut joins = change(&name, "2025-01-01");
    joins.add = vec![member("Lò Văn Thử", "03", false)];
    for refused in [
        refused(office.registry.change_members(Request::new(joins)).await),
        refused(office.registry.register_household(Request::new(request)).await),
    ] {
        assert_eq!(
            (refused.reason.as_str(), refused.code),
            ("PERSONAL_DATA_ERASED", Code::FailedPrecondition)
        );
    }
}

#[tokio::test]
async fn a_rebuild_equals_the_live_tables_and_drops_erased_names() {
    let office = Office::on_sqlite().await;
    let mut names = Vec::new();
    for _ in 0..3 {
        let household = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap();
        let mut changed = change(&household.name, "2025-01-01");
        changed.remove = vec![household.members[1].member_id.clone()];
        changed.add = vec![member("Vàng Thị Mới", "08", false)];
        office.change(changed).await;
        office.assess(assessment(&household.name, "2024-12-14", 140, 3)).await;
        names.push(household.name);
    }
    assert_eq!(office.search(search("mới")).await.hits.len(), 3);
    let live = office.read.digest().await.unwrap();
    // Kept between batches not at all, now and then, and to the end.
    for (batch_events_max, kept_max) in [(2, 0), (1, 2), (2, 3), (2, 100), (10_000, 100)] {
        rebuild(&office, batch_events_max, kept_max).await;
        assert_eq!(office.read.digest().await.unwrap(), live, "{batch_events_max} {kept_max}");
    }

    office.keys.destroy(household_id(&names[0])).await.unwrap();
    rebuild(&office, 10_000, 100).await;
    let tokens = projection::Query::new("select count(distinct number) from name_token");
    let rows = office.read.fetch_all(tokens).await.unwrap();
    assert_eq!(rows[0].get_u64(0).unwrap(), 2, "the erased household left no name behind");
    assert_eq!(office.search(search("mới")).await.hits.len(), 2);
}

async fn rebuild(office: &Office, batch_events_max: usize, households_kept_max: usize) {
    let model = ReadModel::new(office.reference.clone(), office.keys.clone());
    let mut model = model.keeping_at_most(households_kept_max);
    let mut source = LogSource::new(CONTEXT, office.log.clone());
    let stop = CancellationToken::new();
    let options = RebuildOptions { batch_events_max };
    projection::rebuild(&office.read, &mut model, &mut source, options, &stop).await.unwrap();
}
