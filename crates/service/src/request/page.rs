//! Pages of a list: how many rows, after which one.

use super::{command::digest, token};
use crate::{Refusal, reason};
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};

/// Bounds of a list's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSizes {
    /// Rows where the request says 0.
    pub default: usize,
    /// Rows at most; a larger wish gets this many.
    pub max: usize,
}

/// Identifies a query, so that a page token of another query is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryHash([u8; 16]);

impl QueryHash {
    /// The hash of a query of the method. The caller first clears page_size, page_token and consistency_token, which may
    /// differ from page to page.
    pub fn of(method: &str, query: &impl Message) -> Self {
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest(method, query)[..16]);
        Self(hash)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<Key> {
    /// Rows at most, 1 or more.
    pub size: usize,
    /// The key after which it begins; `None` on the first page.
    pub after: Option<Key>,
    query: QueryHash,
}

impl<Key: Serialize + DeserializeOwned> Page<Key> {
    /// The page that a request asks for with `page_size` and `page_token`.
    pub fn parse(
        sizes: PageSizes,
        page_size: i32,
        page_token: &str,
        query: QueryHash,
    ) -> Result<Self, Refusal> {
        let wish = usize::try_from(page_size).map_err(|_| {
            Refusal::new(&reason::PAGE_SIZE_INVALID)
                .with("value", page_size)
                .with("max", sizes.max)
                .at("page_size")
        })?;
        let wish = if wish == 0 { sizes.default } else { wish };
        let after = if page_token.is_empty() {
            None
        } else {
            let key = Self::last_key(page_token, query);
            Some(key.ok_or_else(|| Refusal::new(&reason::PAGE_TOKEN_INVALID).at("page_token"))?)
        };
        Ok(Self { size: wish.clamp(1, sizes.max.max(1)), after, query })
    }

    fn last_key(page_token: &str, query: QueryHash) -> Option<Key> {
        let payload = token::decode(token::Kind::Page, page_token)?;
        let (hash, key) = payload.split_at_checked(query.0.len())?;
        if hash != query.0 {
            return None;
        }
        serde_json::from_slice(key).ok()
    }

    /// The token of the page that follows, where this one's last row has the key.
    ///
    /// The key is short (a name, a number, an id): a token that would be longer than what is read back is an error of the
    /// program and refused as such.
    pub fn next_token(&self, last: &Key) -> Result<String, Refusal> {
        let key = serde_json::to_vec(last).ok().filter(|key| key.len() <= KEY_BYTES_MAX);
        let key = key.ok_or_else(|| {
            tracing::error!("the key of a page's last row is too long for a page token");
            Refusal::new(&reason::INTERNAL)
        })?;
        Ok(token::encode(token::Kind::Page, &[self.query.0.as_slice(), &key].concat()))
    }
}

const KEY_BYTES_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use api::poverty::ListHouseholdsRequest;
    use proptest::prelude::*;

    const SIZES: PageSizes = PageSizes { default: 100, max: 1_000 };

    fn query(area: &str) -> QueryHash {
        QueryHash::of(
            "ListHouseholds",
            &ListHouseholdsRequest { area: area.to_owned(), ..Default::default() },
        )
    }

    #[test]
    fn a_page_has_the_default_size_where_none_is_asked_and_never_more_than_the_maximum() {
        let size = |wish| Page::<u64>::parse(SIZES, wish, "", query("a")).map(|page| page.size);
        assert_eq!(size(0), Ok(100));
        assert_eq!(size(7), Ok(7));
        assert_eq!(size(i32::MAX), Ok(1_000));
        assert_eq!(size(-1).unwrap_err().reason(), "PAGE_SIZE_INVALID");
    }

    #[test]
    fn a_token_of_another_query_or_method_is_refused() {
        let first = Page::<u64>::parse(SIZES, 0, "", query("a")).unwrap();
        let token = first.next_token(&17).unwrap();
        assert_eq!(Page::<u64>::parse(SIZES, 5, &token, query("a")).unwrap().after, Some(17));
        let other_method = QueryHash::of("SearchHouseholds", &ListHouseholdsRequest::default());
        for other in [query("b"), other_method] {
            let refusal = Page::<u64>::parse(SIZES, 5, &token, other).unwrap_err();
            assert_eq!(refusal.reason(), "PAGE_TOKEN_INVALID");
            assert_eq!(refusal.violations()[0].field, "page_token");
        }
    }

    #[test]
    fn a_key_too_long_to_be_read_back_is_not_handed_out() {
        let page = Page::<String>::parse(SIZES, 0, "", query("a")).unwrap();
        let longest = "x".repeat(KEY_BYTES_MAX - 2);
        let token = page.next_token(&longest).unwrap();
        assert_eq!(Page::parse(SIZES, 0, &token, query("a")).unwrap().after, Some(longest));
        assert_eq!(page.next_token(&"x".repeat(KEY_BYTES_MAX)).unwrap_err().reason(), "INTERNAL");
    }

    proptest! {
        #[test]
        fn the_next_page_begins_after_the_last_row(name in "\\PC{0,60}", id in any::<u64>()) {
            let page = Page::<(String, u64)>::parse(SIZES, 0, "", query("a")).unwrap();
            let token = page.next_token(&(name.clone(), id)).unwrap();
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            let next = Page::<(String, u64)>::parse(SIZES, 0, &token, query("a")).unwrap();
            prop_assert_eq!(next.after, Some((name, id)));
        }

        #[test]
        fn a_token_that_was_changed_is_refused_or_still_well_formed(text in "[A-Za-z0-9_-]{1,80}") {
            if let Err(refusal) = Page::<u64>::parse(SIZES, 0, &text, query("a")) {
                prop_assert_eq!(refusal.reason(), "PAGE_TOKEN_INVALID");
            }
        }
    }
}
