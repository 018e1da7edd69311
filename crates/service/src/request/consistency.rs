//! Tokens with which a reader asks to see at least what a write did.

use super::token::{self, Kind};
use crate::{Refusal, reason};
use api::types::WriteReceipt;
use event_log::Appended;
use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

const CONTEXTS_MAX: usize = 16;

/// Log positions by context (`poverty`, …) that a read must have seen. Opaque on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsistencyToken(BTreeMap<String, u64>);

impl ConsistencyToken {
    /// The token of a write to the context's log.
    ///
    /// `context` is a lower-case word of at most 32 letters, as contexts are named.
    pub fn of(context: &str, position: u64) -> Self {
        Self(BTreeMap::from([(context.to_owned(), position)]))
    }

    /// Reads a request's `consistency_token`; empty asks for nothing. Several tokens, separated by spaces, ask for all that
    /// each of them does.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::new(&reason::CONSISTENCY_TOKEN_INVALID).at("consistency_token");
        let mut all = Self::default();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            for (context, position) in Self::read(token).ok_or_else(refused)?.0 {
                let wanted = all.0.entry(context).or_default();
                *wanted = position.max(*wanted);
            }
            if all.0.len() > CONTEXTS_MAX {
                return Err(refused());
            }
        }
        Ok(all)
    }

    fn read(text: &str) -> Option<Self> {
        let payload = String::from_utf8(token::decode(Kind::Consistency, text)?).ok()?;
        let mut positions = BTreeMap::new();
        for pair in payload.split(';') {
            let (context, position) = pair.split_once('=')?;
            let named =
                (1..=32).contains(&context.len()) && context.bytes().all(|byte| byte.is_ascii_lowercase());
            if !named || positions.insert(context.to_owned(), position.parse().ok()?).is_some() {
                return None;
            }
        }
        (positions.len() <= CONTEXTS_MAX).then_some(Self(positions))
    }

    /// The position of the context's log that must have been seen; `None` where the token does not ask for it.
    pub fn position(&self, context: &str) -> Option<u64> {
        self.0.get(context).copied()
    }
}

/// What a write to the context's log did.
pub fn receipt(context: &str, recorded: Appended) -> WriteReceipt {
    WriteReceipt {
        position: recorded.last_position,
        recorded_at: recorded.recorded_at.to_string(),
        replayed: recorded.replayed,
        consistency_token: ConsistencyToken::of(context, recorded.last_position).to_string(),
    }
}

impl fmt::Display for ConsistencyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut pairs = String::new();
        for (context, position) in &self.0 {
            let separator = if pairs.is_empty() { "" } else { ";" };
            write!(pairs, "{separator}{context}={position}")?;
        }
        f.write_str(&token::encode(Kind::Consistency, pairs.as_bytes()))
    }
}

/// The refusal of a read whose view has read its log up to `position` only, when the time to wait is over.
pub fn not_caught_up(position: u64, required: u64) -> Refusal {
    Refusal::new(&reason::NOT_CAUGHT_UP)
        .with("position", position)
        .with("required", required)
        .at("consistency_token")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_reads_back_as_it_was_written(positions in proptest::collection::btree_map("[a-z]{1,12}", any::<u64>(), 0..5)) {
            let token = ConsistencyToken(positions);
            prop_assert_eq!(ConsistencyToken::parse(&token.to_string()).unwrap(), token);
        }

        #[test]
        fn any_text_is_read_or_refused_but_never_a_panic(text in ".{0,60}") {
            if let Err(refusal) = ConsistencyToken::parse(&text) {
                prop_assert_eq!(refusal.reason(), "CONSISTENCY_TOKEN_INVALID");
            }
        }
    }

    #[test]
    fn a_token_asks_for_a_position_of_its_own_context_alone() {
        let token = ConsistencyToken::of("poverty", 7);
        assert_eq!((token.position("poverty"), token.position("criteria")), (Some(7), None));
    }

    #[test]
    fn several_tokens_ask_for_the_most_that_each_asks_for() {
        let tokens = [("poverty", 7), ("funding", 3), ("poverty", 5)]
            .map(|(context, position)| ConsistencyToken::of(context, position).to_string())
            .join(" ");
        let all = ConsistencyToken::parse(&tokens).unwrap();
        assert_eq!((all.position("poverty"), all.position("funding")), (Some(7), Some(3)));
    }

    #[test]
    fn tokens_of_another_kind_are_refused() {
        let etag = crate::request::Etag::of(3).to_string();
        assert_eq!(ConsistencyToken::parse(&etag).unwrap_err().reason(), "CONSISTENCY_TOKEN_INVALID");
    }

    #[test]
    fn a_view_that_stays_behind_is_named_with_both_positions_and_the_field() {
        let refusal = not_caught_up(4, 6);
        assert_eq!(refusal.reason(), "NOT_CAUGHT_UP");
        assert_eq!((&*refusal.metadata()["position"], &*refusal.metadata()["required"]), ("4", "6"));
        assert_eq!(refusal.violations()[0].field, "consistency_token");
    }
}
