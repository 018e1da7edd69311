//! Text: the forms under which Vietnamese names are compared and shown, and numbers and bytes as digits.

use std::{borrow::Cow, ops::RangeInclusive};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The name in composed form (NFC), trimmed, with single spaces: how names are stored.
pub fn normalize(name: &str) -> String {
    let composed = if is_nfc(name) { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) };
    let mut normal = String::with_capacity(composed.len());
    for word in composed.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal
}

/// Letters and marks that are drawn as nothing: joiners, fillers, variation selectors, the empty Braille cell.
const DRAWN_AS_NOTHING: [RangeInclusive<char>; 10] = [
    '\u{34f}'..='\u{34f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180d}',
    '\u{180f}'..='\u{180f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{e0100}'..='\u{e01ef}',
];

/// Whether every character is one that a reader sees, or a plain space. Control characters, invisible ones such as the
/// zero-width space, and those that turn the direction of writing make two texts look alike that are not.
pub fn is_readable(text: &str) -> bool {
    text.chars().all(|c| {
        if is_vietnamese_or_plain(c) {
            return true;
        }
        let hidden = matches!(
            c.general_category_group(),
            GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator
        );
        c == ' ' || !(hidden || DRAWN_AS_NOTHING.iter().any(|range| range.contains(&c)))
    })
}

/// What nearly every text here is made of: printable ASCII and the Latin letters with marks, all of which readers see.
const fn is_vietnamese_or_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{c0}'..='\u{24f}' | '\u{1ea0}'..='\u{1ef9}')
}

/// The name for comparison with tone marks kept: lower case, composed, and with the tone of `oa`, `oe`, `uy` always on
/// the first vowel, so that *Khoá* and *Khóa* are one name.
pub fn fold(name: &str) -> String {
    const TONE_PLACEMENTS: [(&str, &str); 15] = [
        ("oá", "óa"),
        ("oà", "òa"),
        ("oả", "ỏa"),
        ("oã", "õa"),
        ("oạ", "ọa"),
        ("oé", "óe"),
        ("oè", "òe"),
        ("oẻ", "ỏe"),
        ("oẽ", "õe"),
        ("oẹ", "ọe"),
        ("uý", "úy"),
        ("uỳ", "ùy"),
        ("uỷ", "ủy"),
        ("uỹ", "ũy"),
        ("uỵ", "ụy"),
    ];
    let mut folded = normalize(name).to_lowercase();
    for (late, early) in TONE_PLACEMENTS {
        if folded.contains(late) {
            folded = folded.replace(late, early);
        }
    }
    folded
}

/// The name without any mark, in lower case: `Đoàn Kết` becomes `doan ket`. Equality here only suggests a match.
pub fn strip_marks(name: &str) -> String {
    let bare: String = normalize(name).to_lowercase().nfd().filter(|c| !is_combining_mark(*c)).collect();
    bare.replace('đ', "d")
}

/// An integer with Vietnamese grouping: `107.700`.
pub fn group_digits(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        grouped.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}

/// The bytes as lower-case hexadecimal digits, two for each.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        digits.extend([byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]));
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_names_and_both_tone_placements_are_one() {
        assert_eq!(fold("Pa Khoá"), fold("pa  KHÓA"));
        assert_eq!(fold("Mu\u{031B}o\u{031B}\u{0300}ng Te\u{0300}"), fold("Mường Tè"));
        assert_ne!(fold("Mường Tè"), fold("Muong Te"));
    }

    #[test]
    fn a_readable_text_hides_nothing() {
        for text in
            ["Lò Văn Thử", "Quyết định 15/QĐ-UBND", "H'Mông (Mông Hoa)", "", "Mu\u{031B}o\u{031B}\u{0300}ng"]
        {
            assert!(is_readable(text), "'{text}'");
        }
        for hidden in [
            '\0', '\n', '\u{7f}', '\u{ad}', '\u{200b}', '\u{202e}', '\u{feff}', '\u{2028}', '\u{e000}',
            '\u{3164}', '\u{fe0f}',
        ] {
            assert!(!is_readable(&format!("Lò{hidden}")), "{}", hidden.escape_unicode());
        }
    }

    #[test]
    fn no_letter_that_is_taken_without_a_look_is_hidden() {
        for c in ('\0'..=char::MAX).filter(|&c| c != ' ' && is_vietnamese_or_plain(c)) {
            let group = c.general_category_group();
            let hidden = matches!(group, GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator);
            let drawn_as_nothing = DRAWN_AS_NOTHING.iter().any(|range| range.contains(&c));
            assert!(!hidden && !drawn_as_nothing, "{}", c.escape_unicode());
        }
    }

    #[test]
    fn names_are_stored_composed_with_single_spaces() {
        assert_eq!(normalize("  Mu\u{031B}o\u{031B}\u{0300}ng\t Te\u{0300} "), "Mường Tè");
        assert_eq!(normalize("Mường  Tè"), "Mường Tè");
        assert_eq!(normalize(" \u{a0} "), "");
    }

    #[test]
    fn marks_can_be_stripped_for_suggestions() {
        assert_eq!(strip_marks("Đoàn Kết"), "doan ket");
        assert_eq!(strip_marks("Tủa Sín Chải"), "tua sin chai");
    }

    #[test]
    fn digits_are_grouped_by_three() {
        let shown: Vec<_> = [0, 999, 1000, -107_700, i64::MIN].map(group_digits).into();
        assert_eq!(shown, ["0", "999", "1.000", "-107.700", "-9.223.372.036.854.775.808"]);
    }

    #[test]
    fn each_byte_has_two_hexadecimal_digits() {
        assert_eq!(hexadecimal(&[0x00, 0x0a, 0xff]), "000aff");
        assert_eq!(hexadecimal(&[]), "");
    }
}
