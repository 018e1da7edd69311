//! What holds for any history, any cut into batches and any failures.

use crate::common::{Counts, MemoryLog, Place, Running, caught_up, counted};
use projection::{RebuildOptions, verify};
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

#[derive(Clone, Debug)]
enum Letter {
    Counted(&'static str, i64),
    Smudged,
}

fn letters() -> impl Strategy<Value = Vec<Letter>> {
    let counted = (prop::sample::select(vec!["a", "b", "c"]), 0..9_i64);
    let letter = prop_oneof![
        5 => counted.prop_map(|(letter, amount)| Letter::Counted(letter, amount)),
        1 => Just(Letter::Smudged),
    ];
    prop::collection::vec(letter, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_are_the_fold_of_the_log_and_equal_those_made_anew(
        letters in letters(),
        batch in 1..20_usize,
        anew_batch in 1..20_usize,
        failures in 0..3_usize,
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let place = Place::sqlite();
            let database = place.open::<Counts>().await;
            let log = MemoryLog::new();
            for (position, letter) in (1..).zip(letters) {
                match letter {
                    Letter::Counted(letter, amount) => log.append(letter, amount),
                    Letter::Smudged => log.append_at(position, "letters.smudged.v1", "{}"),
                }
            }
            let model: Counts = Counts::default();
            model.failures_left.store(failures, std::sync::atomic::Ordering::SeqCst);
            let projector = Running::start_with_batches_of(batch, &database, model, &log);
            caught_up(&database, &log).await;
            prop_assert_eq!(counted(&database).await, log.fold());
            projector.stop().await;

            let options = RebuildOptions { batch_events_max: anew_batch };
            let mut source = log.clone();
            let compared =
                verify(&database, &mut <Counts>::default(), &mut source, options, &CancellationToken::new()).await;
            let compared = compared.unwrap();
            prop_assert_eq!(compared.live, compared.rebuilt);
            Ok(())
        })?;
    }
}
