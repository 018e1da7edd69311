//! The table of all reasons. Sorted by subject; `proto/README.md` shows the same table to the users of the API.
//!
//! `{key}` in a text is filled from the refusal's metadata. The Vietnamese text speaks to an official at a commune and
//! ends with what to do; English text and remedy speak to a developer.

use tonic::Code;

/// One reason.
#[derive(Debug, PartialEq, Eq)]
pub struct ReasonRow {
    /// Stable name; part of the API, never changed or reused.
    pub reason: &'static str,
    /// The gRPC code it travels under.
    pub code: Code,
    /// How long a caller should wait before trying the same again, in milliseconds; 0 where trying again does not help.
    pub retry_ms: u64,
    /// For users, in Vietnamese, with the remedy.
    pub vi: &'static str,
    /// For developers, in English: what is wrong.
    pub en: &'static str,
    /// For developers, in English: what to do.
    pub remedy: &'static str,
}

macro_rules! reasons {
    ($($name:ident $code:ident $(retry $retry_ms:literal)? { vi: $vi:literal, en: $en:literal, remedy: $remedy:literal })+) => {
        $(
            #[doc = concat!($en, "; ", $remedy)]
            pub static $name: ReasonRow = ReasonRow {
                reason: stringify!($name),
                code: Code::$code,
                retry_ms: 0 $(+ $retry_ms)?,
                vi: $vi,
                en: $en,
                remedy: $remedy,
            };
        )+

        /// Every reason, in the order of the table.
        pub static REASONS: &[&ReasonRow] = &[$(&$name),+];
    };
}

reasons! {
    // Requests
    REQUEST_ID_MISSING InvalidArgument {
        vi: "Yêu cầu chưa có mã yêu cầu (request_id). Vui lòng gửi lại kèm một mã UUID mới.",
        en: "request_id is empty",
        remedy: "send a UUID chosen by the caller, one for each intended effect"
    }
    REQUEST_ID_INVALID InvalidArgument {
        vi: "Mã yêu cầu '{value}' không đúng dạng UUID hoặc không phải mã riêng. Vui lòng gửi lại với mã đúng dạng, ví dụ 2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a.",
        en: "request_id '{value}' is not a UUID, or is the one of all zeros or of all f",
        remedy: "send a hyphenated UUID such as 2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a"
    }
    REQUEST_ID_REUSED AlreadyExists {
        vi: "Mã yêu cầu {request_id} đã được dùng cho một nội dung khác nên chưa ghi gì. Vui lòng gửi lại với mã mới.",
        en: "request_id {request_id} was used for another command",
        remedy: "repeat a command with exactly the same content, or choose a new request_id for a new one"
    }
    STALE_ETAG Aborted {
        vi: "Hồ sơ đã được người khác cập nhật trong lúc anh/chị đang sửa. Vui lòng tải lại hồ sơ, kiểm tra rồi ghi lại.",
        en: "etag is stale, the current one is {current_etag}",
        remedy: "read the resource again, decide on its current state and send its current etag"
    }
    CONCURRENT_CHANGE Aborted retry 200 {
        vi: "Hồ sơ đang được nhiều người cập nhật cùng lúc nên chưa ghi gì. Vui lòng gửi lại đúng yêu cầu này sau giây lát.",
        en: "others kept changing what the command rests on while it was decided; nothing was changed",
        remedy: "repeat the command with the same request_id"
    }
    ETAG_INVALID InvalidArgument {
        vi: "Mã phiên bản '{value}' của hồ sơ không hợp lệ. Vui lòng tải lại hồ sơ rồi thực hiện lại.",
        en: "etag '{value}' was not issued by this service",
        remedy: "send an etag exactly as a read returned it, or leave it empty"
    }
    FIELD_MISSING InvalidArgument {
        vi: "Thiếu thông tin bắt buộc '{field}'. Vui lòng bổ sung rồi gửi lại.",
        en: "required field {field} is empty",
        remedy: "fill it in"
    }
    FIELD_INVALID InvalidArgument {
        vi: "Giá trị '{value}' của '{field}' không hợp lệ; cần {expected}. Vui lòng sửa lại.",
        en: "{field} '{value}' is not valid",
        remedy: "give {expected}"
    }
    FIELDS_EXCLUSIVE InvalidArgument {
        vi: "Chỉ được nhập một trong hai thông tin '{field}' và '{other}'. Vui lòng để trống một thông tin.",
        en: "{field} and {other} are both given",
        remedy: "give one of them and leave the other empty"
    }
    ACTOR_INVALID InvalidArgument {
        vi: "Tên người thực hiện không hợp lệ. Vui lòng dùng đúng một tên đăng nhập không dấu, tối đa 100 ký tự.",
        en: "metadata x-muctieu-actor is not 1 to 100 printable ASCII characters, or is there twice",
        remedy: "send one short account name, or leave the metadata out"
    }
    TOO_MANY_ITEMS InvalidArgument {
        vi: "Yêu cầu có {count} mục, vượt mức tối đa {max}. Vui lòng chia thành nhiều lần gửi.",
        en: "{count} items are more than the {max} of one request",
        remedy: "split the request"
    }
    MESSAGE_TOO_LARGE ResourceExhausted {
        vi: "Yêu cầu có dung lượng vượt mức tối đa {max_bytes} byte nên chưa được tiếp nhận. Vui lòng chia thành nhiều lần gửi.",
        en: "the message is larger than {max_bytes} bytes",
        remedy: "split the request; sending the same again does not help"
    }
    MESSAGE_MALFORMED InvalidArgument {
        vi: "Hệ thống không đọc được nội dung yêu cầu. Vui lòng cập nhật phần mềm đang dùng hoặc báo cho bộ phận hỗ trợ.",
        en: "the message is not valid protobuf of the method's request type",
        remedy: "build the client from the protos that server reflection offers"
    }
    METHOD_UNKNOWN Unimplemented {
        vi: "Máy chủ không cung cấp chức năng này. Vui lòng cập nhật phần mềm đang dùng hoặc báo cho bộ phận hỗ trợ.",
        en: "this server does not offer the method or the compression that was asked for",
        remedy: "list the methods with server reflection; compress with gzip or not at all"
    }

    // Pages and consistency
    PAGE_TOKEN_INVALID InvalidArgument {
        vi: "Mã trang không thuộc về truy vấn này. Vui lòng tải lại danh sách từ trang đầu.",
        en: "page_token was not issued for this query",
        remedy: "start again without page_token, or keep every other field as it was on the first page"
    }
    PAGE_SIZE_INVALID InvalidArgument {
        vi: "Số dòng mỗi trang ({value}) không hợp lệ. Vui lòng chọn từ 1 đến {max}.",
        en: "page_size {value} is negative",
        remedy: "give 1 to {max}, or 0 for the default"
    }
    CONSISTENCY_TOKEN_INVALID InvalidArgument {
        vi: "Mã đồng bộ dữ liệu không hợp lệ. Vui lòng tải lại trang.",
        en: "consistency_token was not issued by this system",
        remedy: "send a token exactly as a write returned it, or leave it empty"
    }
    RESUME_TOKEN_INVALID InvalidArgument {
        vi: "Mã theo dõi tiếp không thuộc về truy vấn này. Vui lòng tải lại trang.",
        en: "resume_token was not issued for this watch",
        remedy: "watch again without resume_token"
    }
    NOT_CAUGHT_UP Unavailable retry 1000 {
        vi: "Số liệu đang được cập nhật, chưa bao gồm thay đổi vừa ghi. Thay đổi đã được lưu; vui lòng xem lại sau giây lát.",
        en: "the view has read up to position {position}, the token asks for {required}",
        remedy: "try again shortly with the same token"
    }

    // Areas
    UNKNOWN_AREA InvalidArgument {
        vi: "Không có đơn vị hành chính nào mang mã '{area}'. Vui lòng kiểm tra lại mã (đủ năm chữ số, kể cả số 0 ở đầu).",
        en: "no area has the code '{area}'",
        remedy: "give a code of the reference pack with its leading zero, or find it with ListAreas"
    }
    INVALID_AREA_CODE InvalidArgument {
        vi: "'{value}' không phải là mã đơn vị hành chính: mã xã có năm chữ số kể cả số 0 ở đầu, mã thôn, bản có dạng 03625-004. Vui lòng nhập lại.",
        en: "'{value}' is not an area code",
        remedy: "give five digits with the leading zero for a commune, and a code such as 03625-004 for a village"
    }
    AREA_NOT_IN_FORCE InvalidArgument {
        vi: "Mã đơn vị hành chính '{area}' không có hiệu lực vào ngày {date}. Mã này có hiệu lực: {in_force}. Vui lòng chọn đơn vị đúng với ngày hiệu lực.",
        en: "area '{area}' was not in force on {date}; with this code there is: {in_force}",
        remedy: "give the unit that was in force on the effective date, or correct the date"
    }
    NOT_A_COMMUNE InvalidArgument {
        vi: "'{area}' không phải là xã, phường hoặc thị trấn. Vui lòng chọn đơn vị cấp xã.",
        en: "area '{area}' is not a commune, ward or township",
        remedy: "give the code of a unit at commune level"
    }
    AREA_KIND_MISMATCH InvalidArgument {
        vi: "'{area}' không thuộc cấp phù hợp; cần {expected}. Vui lòng chọn lại đơn vị.",
        en: "area '{area}' is not of a kind that this request can take",
        remedy: "give {expected}"
    }
    VILLAGE_NOT_IN_COMMUNE InvalidArgument {
        vi: "Thôn, bản '{village}' không thuộc xã '{commune}' vào ngày {date}. Vui lòng chọn lại thôn, bản hoặc xã.",
        en: "village '{village}' was not in commune '{commune}' on {date}",
        remedy: "give a village of that commune on that day, or leave it empty"
    }
    AREA_NOT_ON_MAP InvalidArgument {
        vi: "'{area}' không có trên bản đồ hành chính ngày {map}. Vui lòng chọn đơn vị có trên bản đồ đó hoặc chọn bản đồ khác.",
        en: "area '{area}' is not on the map of {map}",
        remedy: "ask with a map on which the area was in force, or list that map with ListAreas"
    }
    REBASE_IMPOSSIBLE FailedPrecondition {
        vi: "Không thể quy đổi số liệu của '{area}' về bản đồ hành chính ngày {map} vì {households} hộ được ghi nhận tại {units} mà không kèm thôn, bản. Vui lòng xem số liệu trên bản đồ gốc.",
        en: "figures of area '{area}' cannot be re-based onto the map of {map}: {households} households were recorded without a village in {units}",
        remedy: "ask on the map on which the facts were recorded"
    }
    RESIDENCE_NOT_ON_MAP FailedPrecondition {
        vi: "Không xác định được nơi cư trú của hộ (ghi tại {area}) trên bản đồ hành chính ngày {date}. Vui lòng ghi nhận nơi cư trú hiện tại của hộ trước.",
        en: "the residence recorded in {area} has no known place on the map of {date}",
        remedy: "record the household's residence with MoveHousehold first"
    }
    SAME_RESIDENCE FailedPrecondition {
        vi: "Hộ đang cư trú tại đúng nơi này ({area}) nên không có gì thay đổi. Vui lòng kiểm tra lại nơi đến.",
        en: "the household lives in {area} already",
        remedy: "give another commune or village; a merger of communes is no move"
    }

    // Dates
    INVALID_DATE InvalidArgument {
        vi: "Ngày '{value}' không hợp lệ. Vui lòng nhập theo dạng năm-tháng-ngày, ví dụ 2025-07-01.",
        en: "'{value}' is not a day that exists, written as 2025-07-01",
        remedy: "give an ISO 8601 date"
    }
    DATE_BEFORE_REGISTRATION InvalidArgument {
        vi: "Ngày hiệu lực {date} trước ngày đăng ký hộ ({registered}). Vui lòng chọn ngày từ {registered} trở đi.",
        en: "effective date {date} is before the household's registration on {registered}",
        remedy: "give a date on or after the day of registration"
    }
    DATE_OUT_OF_ORDER InvalidArgument {
        vi: "Ngày hiệu lực {date} trước thay đổi gần nhất của hộ (ngày {latest}). Vui lòng chọn ngày từ {latest} trở đi.",
        en: "effective date {date} is before the household's latest change on {latest}",
        remedy: "give a date on or after the latest change"
    }
    FUTURE_DATE InvalidArgument {
        vi: "Ngày {date} ở sau ngày hôm nay ({today}). Vui lòng nhập ngày không muộn hơn hôm nay.",
        en: "date {date} is after today, {today}",
        remedy: "give a date not later than today in Việt Nam"
    }
    DATE_IMPLAUSIBLE InvalidArgument {
        vi: "Ngày hiệu lực {date} quá xa trong quá khứ. Vui lòng kiểm tra lại năm.",
        en: "effective date {date} lies before 1900",
        remedy: "correct the year"
    }
    ASSESSMENT_TOO_FAR_AHEAD InvalidArgument {
        vi: "Kết quả rà soát có hiệu lực từ ngày {date} là quá sớm; hiện chỉ ghi được đến ngày {latest}. Vui lòng kiểm tra lại ngày hiệu lực.",
        en: "an assessment that counts from {date} lies too far ahead, {latest} is the last day that is taken now",
        remedy: "correct the effective date, or record the assessment later"
    }

    // Households and members
    HOUSEHOLD_NOT_FOUND NotFound {
        vi: "Không tìm thấy hộ {household}. Vui lòng kiểm tra lại mã hộ hoặc tìm theo tên thành viên.",
        en: "household {household} does not exist",
        remedy: "check the id, or look for it with SearchHouseholds"
    }
    HOUSEHOLD_EXISTS AlreadyExists {
        vi: "Hộ {household} đã được đăng ký. Vui lòng mở hồ sơ đã có để cập nhật.",
        en: "household {household} is registered already",
        remedy: "change the household that exists, or leave household_id empty to register another"
    }
    NO_HEAD InvalidArgument {
        vi: "Hộ chưa có chủ hộ. Vui lòng chọn đúng một thành viên làm chủ hộ.",
        en: "no member is the head of the household",
        remedy: "mark exactly one member as head"
    }
    TWO_HEADS InvalidArgument {
        vi: "Hộ có {count} chủ hộ. Vui lòng chỉ chọn một thành viên làm chủ hộ.",
        en: "{count} members are marked as head of the household",
        remedy: "mark exactly one member as head"
    }
    DUPLICATE_MEMBER InvalidArgument {
        vi: "Thành viên {member} được khai nhiều lần. Vui lòng giữ lại một lần.",
        en: "member {member} is named more than once or is in the household already",
        remedy: "name each member once, with an id of its own"
    }
    UNKNOWN_MEMBER InvalidArgument {
        vi: "Hộ không có thành viên {member}. Vui lòng tải lại hồ sơ và chọn lại thành viên.",
        en: "member {member} is not in the household",
        remedy: "read the household again and give the id of one of its members"
    }
    LAST_MEMBER FailedPrecondition {
        vi: "Không thể bỏ thành viên cuối cùng của hộ. Hộ phải còn ít nhất một thành viên; vui lòng kiểm tra lại danh sách.",
        en: "the change would leave the household without members",
        remedy: "keep at least one member"
    }
    TOO_MANY_MEMBERS InvalidArgument {
        vi: "Hộ có {count} thành viên, vượt mức tối đa {max}. Vui lòng kiểm tra lại danh sách.",
        en: "{count} members are more than the {max} of one household",
        remedy: "check the list of members"
    }
    NAME_MISSING InvalidArgument {
        vi: "Chưa nhập họ và tên của thành viên. Vui lòng bổ sung.",
        en: "full_name is empty",
        remedy: "give the member's name"
    }
    NAME_TOO_LONG InvalidArgument {
        vi: "Họ và tên dài quá {max} ký tự. Vui lòng kiểm tra lại.",
        en: "full_name has more than {max} characters",
        remedy: "give the name without remarks"
    }
    UNKNOWN_ETHNICITY InvalidArgument {
        vi: "Mã dân tộc '{value}' không có trong danh mục. Vui lòng chọn lại, ví dụ 03 là dân tộc Thái.",
        en: "no ethnic group has the code '{value}'",
        remedy: "give a two-digit code of the official list, for example 03 for Thái"
    }
    NAME_UNREADABLE InvalidArgument {
        vi: "Họ và tên có ký tự ẩn, ký tự không hợp lệ hoặc không có chữ cái nào. Vui lòng gõ lại, không dán từ tệp khác.",
        en: "the name contains control characters or invisible ones, or no letter",
        remedy: "give the name as plain text, without zero-width spaces and marks of direction"
    }
    BIRTH_DATE_INVALID InvalidArgument {
        vi: "Ngày sinh không hợp lệ: cần năm-tháng-ngày hoặc chỉ năm, từ 1900 đến ngày hiệu lực. Vui lòng sửa lại.",
        en: "birth_date is not a day such as 1984-02-29 or a year such as 1984 between 1900 and the effective date",
        remedy: "correct it, give only the year, or leave it empty where it is not known"
    }
    NOTHING_TO_CHANGE InvalidArgument {
        vi: "Yêu cầu không thay đổi thành viên nào. Vui lòng nhập thành viên được thêm, bớt hoặc chủ hộ mới.",
        en: "the command changes no member and no head",
        remedy: "name members to add or remove, or another head"
    }
    PERSONAL_DATA_ERASED FailedPrecondition {
        vi: "Dữ liệu cá nhân của hộ {household} đã bị xóa theo yêu cầu nên không thể ghi thêm. Vui lòng đăng ký hộ mới nếu cần.",
        en: "the personal data of household {household} was erased for good",
        remedy: "register a new household where the persons must be entered again"
    }
    QUERY_TOO_SHORT InvalidArgument {
        vi: "Từ khóa tìm kiếm quá ngắn. Vui lòng nhập ít nhất {min} chữ cái của tên.",
        en: "the query has fewer than {min} letters",
        remedy: "give at least {min} letters of a name"
    }

    // Assessments
    NO_STANDARD_IN_FORCE FailedPrecondition {
        vi: "Không có chuẩn nghèo nào có hiệu lực vào ngày {date}. Vui lòng kiểm tra lại ngày hiệu lực.",
        en: "no poverty standard of the reference pack was in force on {date}",
        remedy: "correct the effective date, or add the standard to the reference pack"
    }
    INCOME_KIND_MISMATCH InvalidArgument {
        vi: "Chuẩn nghèo {standard} cần {expected}. Vui lòng nhập đúng loại thông tin thu nhập.",
        en: "standard {standard} asks for {expected}",
        remedy: "send {expected} in the oneof income"
    }
    NEGATIVE_SCORE InvalidArgument {
        vi: "Giá trị {value} là số âm. Vui lòng nhập số từ 0 trở lên.",
        en: "{value} is below zero",
        remedy: "give zero or more"
    }
    SCORE_OUT_OF_RANGE InvalidArgument {
        vi: "Giá trị {value} vượt mức tối đa {max} của chuẩn nghèo {standard}. Vui lòng kiểm tra lại phiếu rà soát.",
        en: "{value} is above the {max} that standard {standard} allows",
        remedy: "check the form"
    }
    UNKNOWN_INDICATOR InvalidArgument {
        vi: "Chuẩn nghèo {standard} không có chỉ số '{indicator}'. Vui lòng chọn lại chỉ số.",
        en: "standard {standard} has no indicator '{indicator}'",
        remedy: "give indicators of the standard in force on the effective date"
    }
    MISSING_ANSWER InvalidArgument {
        vi: "Chưa trả lời chỉ số '{indicator}' của chuẩn nghèo {standard}. Vui lòng trả lời đủ các chỉ số.",
        en: "indicator '{indicator}' of standard {standard} has no answer",
        remedy: "answer every indicator; a missing answer is never read as not deprived"
    }
    DUPLICATE_ANSWER InvalidArgument {
        vi: "Chỉ số '{indicator}' được trả lời nhiều lần. Vui lòng giữ lại một câu trả lời.",
        en: "indicator '{indicator}' is answered more than once",
        remedy: "answer each indicator once"
    }
    ASSESSMENT_EXISTS AlreadyExists {
        vi: "Hộ đã có kết quả rà soát ngày {date}. Vui lòng kiểm tra lại ngày hiệu lực.",
        en: "the household has an assessment with effective date {date} already",
        remedy: "check the effective date"
    }

    // Figures
    FIGURE_UNKNOWN NotFound {
        vi: "Không có số liệu nào mang tên '{figure}'. Vui lòng tải lại bảng và chọn lại số liệu.",
        en: "no figure has the name '{figure}'",
        remedy: "pass a figure's name exactly as a view returned it"
    }
    TARGET_UNKNOWN NotFound {
        vi: "Không có mục tiêu nào mang mã '{target}'. Vui lòng chọn lại mục tiêu, ví dụ T09.",
        en: "no target has the id '{target}'",
        remedy: "give an id of the resolution's targets, for example T09"
    }

    // Rural criteria
    UNKNOWN_CRITERIA_SET InvalidArgument {
        vi: "Không có bộ tiêu chí nào mang mã '{set}'. Vui lòng chọn lại bộ tiêu chí, ví dụ vn-commune-2021-2025.",
        en: "no criteria set has the id '{set}'",
        remedy: "give the id of a version that ListCriteriaSets returns"
    }
    UNKNOWN_CRITERION InvalidArgument {
        vi: "Bộ tiêu chí {set} không có '{of}'. Vui lòng chọn lại tiêu chí hoặc chỉ tiêu của bộ tiêu chí này.",
        en: "set {set} has no '{of}'",
        remedy: "give numbers of criteria and codes of indicators of that set, prefixed criteria/ or indicators/ where an official result is given"
    }
    DERIVED_INDICATOR FailedPrecondition {
        vi: "Chỉ tiêu {indicator} của bộ tiêu chí {set} được tính từ sổ hộ nghèo, hộ cận nghèo nên không nhập tay. Vui lòng cập nhật kết quả rà soát hộ nghèo rồi đánh giá lại.",
        en: "indicator {indicator} of set {set} follows from the poverty registry and is never entered by hand",
        remedy: "record the households' assessments in the poverty registry and assess the area with its consistency token"
    }
    VALUE_KIND_MISMATCH InvalidArgument {
        vi: "Chỉ tiêu {indicator} không nhận loại số liệu này; cần {expected}. Vui lòng nhập lại đúng loại.",
        en: "indicator {indicator} does not take a value of this kind",
        remedy: "send {expected} in the oneof value; not_applicable only where the indicator depends on a condition"
    }
    DENOMINATOR_NOT_POSITIVE InvalidArgument {
        vi: "Mẫu số {denominator} phải lớn hơn 0. Vui lòng nhập lại; nếu không có đối tượng để tính thì ghi không áp dụng.",
        en: "denominator {denominator} is not above zero",
        remedy: "give how many were counted in; where there is nothing to count, send not_applicable if the indicator allows it"
    }
    NUMERATOR_OUT_OF_RANGE InvalidArgument {
        vi: "Tử số {numerator} phải từ 0 đến mẫu số {denominator}. Vui lòng kiểm tra lại hai số.",
        en: "numerator {numerator} is not between 0 and the denominator {denominator}",
        remedy: "correct the counts"
    }
    OBSERVATION_NOT_FOUND NotFound {
        vi: "Không tìm thấy số liệu {observation}. Vui lòng tải lại danh sách số liệu rồi chọn lại.",
        en: "observation {observation} does not exist",
        remedy: "give the name of an observation that ListObservations returns"
    }
    OBSERVATION_OF_ANOTHER FailedPrecondition {
        vi: "Số liệu {observation} thuộc đơn vị {area}, chỉ tiêu {indicator} của bộ tiêu chí {set} nên không thể đính chính tại đây. Vui lòng chọn đúng số liệu cần đính chính.",
        en: "observation {observation} is of area {area}, indicator {indicator} of set {set}",
        remedy: "correct it with the same area, set and indicator"
    }
    OBSERVATION_CORRECTED FailedPrecondition {
        vi: "Số liệu {observation} đã được đính chính bằng số liệu {corrected_by}. Vui lòng đính chính số liệu đó.",
        en: "observation {observation} was corrected by {corrected_by} already",
        remedy: "correct the observation that corrected it"
    }
    SET_HAS_NO_CRITERIA FailedPrecondition {
        vi: "Bộ tiêu chí {set} chưa được nạp các tiêu chí nên chưa thể đánh giá theo bộ này. Vui lòng đề nghị người quản trị nạp bộ tiêu chí; quyết định công nhận vẫn ghi được.",
        en: "the criteria of set {set} are not loaded, so nothing can be assessed under it",
        remedy: "load its criteria from the signed text into the reference pack; titles under it can be recorded"
    }
    SET_SUPERSEDED FailedPrecondition {
        vi: "Vào ngày {date}, bộ tiêu chí {set} đã được thay thế bằng {successor}. Vui lòng đánh giá theo bộ tiêu chí mới.",
        en: "on {date} set {set} was superseded by {successor}",
        remedy: "assess under the version in use on that day, or correct the day"
    }
    SET_NOT_OPEN FailedPrecondition {
        vi: "Bộ tiêu chí {set} chỉ dùng để đánh giá từ {from} đến {to}, không dùng cho ngày {date}. Vui lòng chọn bộ tiêu chí khác hoặc kiểm tra lại ngày.",
        en: "set {set} is open for assessments from {from} to {to}, not on {date}",
        remedy: "choose a version that is open on that day, or correct the day"
    }
    YEAR_OUTSIDE_SET InvalidArgument {
        vi: "Bộ tiêu chí {set} áp dụng cho các năm {first}–{last}, không áp dụng cho năm {year}. Vui lòng kiểm tra lại năm đánh giá hoặc bộ tiêu chí.",
        en: "set {set} covers the assessed years {first} to {last}, not {year}",
        remedy: "correct the year or choose the set of that period"
    }
    SET_COLUMN_INVALID InvalidArgument {
        vi: "Cột mức đạt '{column}' không dùng được với bộ tiêu chí {set}; các cột của bộ: {columns}. Vui lòng chọn lại.",
        en: "column '{column}' is not one of set {set}, whose columns are: {columns}",
        remedy: "name one of its columns; leave it empty where the set has one or none"
    }
    OFFICIAL_RESULT_REPEATED InvalidArgument {
        vi: "Kết quả chính thức của '{of}' được nhập nhiều lần. Vui lòng giữ lại một kết quả.",
        en: "the official result of '{of}' is given more than once",
        remedy: "give each criterion and each indicator at most once"
    }
    TITLE_TIER_MISMATCH InvalidArgument {
        vi: "Bộ tiêu chí {set} không dùng để công nhận danh hiệu '{tier}'. Vui lòng chọn lại bộ tiêu chí hoặc danh hiệu.",
        en: "set {set} is of tier {set_tier}, the title '{tier}' is not recognised under it",
        remedy: "give a set of the title's tier"
    }
    TITLE_HELD AlreadyExists {
        vi: "{area} đã có danh hiệu '{tier}' từ ngày {since} theo quyết định {decision}. Vui lòng kiểm tra lại; chỉ ghi công nhận lại sau khi đã có quyết định thu hồi.",
        en: "{area} holds the title '{tier}' since {since} by decision {decision}",
        remedy: "check the decision; a title is recognised again only after it was revoked"
    }
    TITLE_NEEDED FailedPrecondition {
        vi: "Vào ngày {date}, {area} chưa có danh hiệu '{needed}' là điều kiện của '{tier}'. Vui lòng ghi nhận danh hiệu đó trước hoặc kiểm tra lại ngày hiệu lực.",
        en: "on {date} {area} did not hold the title '{needed}', which '{tier}' needs",
        remedy: "record the title below first, or correct the effective date"
    }
    TITLE_NOT_HELD FailedPrecondition {
        vi: "Vào ngày {date}, {area} không có danh hiệu '{tier}' để thu hồi. Đã ghi nhận: {recorded}. Vui lòng kiểm tra lại danh hiệu và ngày hiệu lực.",
        en: "on {date} {area} held no title '{tier}' that can be revoked; recorded: {recorded}",
        remedy: "check the tier and the effective date"
    }
    NOT_A_MERGED_AREA FailedPrecondition {
        vi: "{area} không phải là đơn vị hình thành sau sáp nhập nên không có danh hiệu để thừa nhận. Vui lòng ghi nhận bằng quyết định công nhận.",
        en: "{area} did not come out of a merger",
        remedy: "record a recognition instead"
    }
    AREA_ASSESSMENT_NOT_FOUND NotFound {
        vi: "Không tìm thấy kết quả đánh giá {assessment}. Vui lòng chọn lại kết quả đánh giá hoặc để trống.",
        en: "assessment {assessment} does not exist",
        remedy: "give the name that AssessArea returned, or leave it empty for the latest of that set and year"
    }
    AREA_ASSESSMENT_OF_ANOTHER FailedPrecondition {
        vi: "Kết quả đánh giá {assessment} thuộc đơn vị {area}, bộ tiêu chí {set}, năm {year}. Vui lòng chọn kết quả đúng đơn vị, bộ tiêu chí và năm.",
        en: "assessment {assessment} is of area {area}, set {set}, year {year}",
        remedy: "give an assessment of the same area, set and year"
    }
    LISTING_UNCHANGED FailedPrecondition {
        vi: "Vào ngày {date}, {area} đã ở đúng mục '{entry}' của danh sách này nên không có gì thay đổi. Vui lòng kiểm tra lại.",
        en: "on {date} {area} stands at '{entry}' in this list already",
        remedy: "give another entry, or correct the effective date"
    }

    // The system itself
    OVERLOADED ResourceExhausted retry 1000 {
        vi: "Hệ thống đang có quá nhiều yêu cầu nên chưa ghi gì. Vui lòng thử lại sau giây lát.",
        en: "too many {what} at once; nothing was changed",
        remedy: "try again after the delay in RetryInfo, with the same request_id"
    }
    TIMED_OUT DeadlineExceeded {
        vi: "Yêu cầu chưa hoàn thành trong {limit_ms} mili giây. Vui lòng gửi lại đúng yêu cầu này; nếu lần trước đã ghi thì hệ thống không ghi thêm lần nữa.",
        en: "the call did not end within {limit_ms} ms and its outcome is not known",
        remedy: "repeat the same command with the same request_id: it takes effect once"
    }
    OUTCOME_UNKNOWN Unavailable retry 1000 {
        vi: "Chưa xác định được yêu cầu đã được ghi hay chưa. Vui lòng gửi lại đúng yêu cầu này; hệ thống không ghi hai lần.",
        en: "the store was lost while it wrote and the outcome is not known",
        remedy: "repeat the same command with the same request_id: it takes effect once"
    }
    STORE_UNAVAILABLE Unavailable retry 2000 {
        vi: "Cơ sở dữ liệu tạm thời không truy cập được nên chưa ghi gì. Vui lòng thử lại sau ít phút.",
        en: "the database cannot be reached",
        remedy: "try again after the delay in RetryInfo; operators find the cause in the log"
    }
    VIEWS_NOT_TRUSTED FailedPrecondition {
        vi: "Số liệu tổng hợp không còn khớp với nhật ký gốc nên không hiển thị. Vui lòng báo người quản trị hệ thống dựng lại số liệu.",
        en: "the views show what the log does not hold, for the log was restored from an older backup",
        remedy: "operators run `muctieu rebuild` and start the server again; trying again before that does not help"
    }
    SHUTTING_DOWN Unavailable retry 1000 {
        vi: "Máy chủ đang khởi động lại. Vui lòng gửi lại đúng yêu cầu này sau giây lát.",
        en: "the server is shutting down",
        remedy: "connect again and repeat the call with the same request_id"
    }
    INTERNAL Internal {
        vi: "Hệ thống gặp lỗi và không hoàn thành được yêu cầu. Vui lòng thử lại; nếu lỗi lặp lại, báo cho bộ phận hỗ trợ kèm thời điểm xảy ra lỗi.",
        en: "the server failed",
        remedy: "tell the operators the time of the call: the cause is in their log, not in this answer"
    }

    // Funding ledger
    OVERDRAWN FailedPrecondition {
        vi: "Không đủ vốn: vốn ở bước '{stage}' của {owner}, chương trình {programme} chỉ còn {available}, yêu cầu {asked}; tài khoản sẽ âm từ ngày {date}. Vui lòng kiểm tra lại số tiền, ngày hiệu lực, hoặc ghi nhận vốn được giao trước; nếu hủy một giao dịch, hãy thu hồi trước phần vốn đã chuyển tiếp.",
        en: "money at '{stage}' of {owner} under {programme}: {available} are there, {asked} are asked, and the account would be below zero on {date}",
        remedy: "lower the amount, correct the effective date, or record first what the account received; before a reversal take back what was moved on"
    }
    AMOUNT_OUT_OF_RANGE InvalidArgument {
        vi: "Số tiền {value} không hợp lệ. Vui lòng nhập số đồng nguyên, lớn hơn 0 và không quá {max}.",
        en: "amount {value} is not a number of đồng above zero and up to {max}",
        remedy: "give a positive amount in whole đồng; what goes back is a movement or a reversal, never a negative amount"
    }
    BOOKS_FULL FailedPrecondition {
        vi: "Tổng số tiền của mọi nghiệp vụ sẽ vượt mức có thể ghi sổ ({max}): đã ghi {recorded}, yêu cầu thêm {asked}. Vui lòng kiểm tra lại số tiền.",
        en: "all transfers together would be more than can be kept ({max}): {recorded} are recorded, {asked} are asked",
        remedy: "check the amounts: a province moves far less; what was recorded by mistake can still be reversed"
    }
    MOVEMENT_NOT_ALLOWED InvalidArgument {
        vi: "Không thể thực hiện nghiệp vụ {movement} với vốn loại '{kind}' đang ở bước '{stage}'. Có thể thực hiện: {allowed}. Vui lòng chọn lại.",
        en: "{movement} does not apply to money of kind '{kind}' at '{stage}'; allowed: {allowed}",
        remedy: "choose one of the allowed movements, or correct the account"
    }
    DIMENSION_CHANGED InvalidArgument {
        vi: "Nghiệp vụ {movement} không làm thay đổi '{dimension}', nhưng bên chuyển ghi '{from}' còn bên nhận ghi '{to}'. Vui lòng sửa lại cho khớp.",
        en: "{movement} keeps the {dimension}: it is '{from}' where the money comes from and '{to}' where it goes",
        remedy: "leave the field of 'to' empty, or choose the movement that changes it"
    }
    SAME_ACCOUNT InvalidArgument {
        vi: "Tài khoản chuyển và tài khoản nhận là một nên không có gì thay đổi. Vui lòng kiểm tra lại đơn vị nhận.",
        en: "the account gives to itself",
        remedy: "name another owner or area in 'to'"
    }
    PROGRAMME_UNKNOWN InvalidArgument {
        vi: "Không có chương trình, dự án nào mang mã '{value}'. Vui lòng chọn lại trong cây chương trình.",
        en: "no node of the programme tree has the code '{value}'",
        remedy: "give a code that ListReference returns, for example GNBV.DA5"
    }
    NODE_NOT_IN_YEARS InvalidArgument {
        vi: "'{programme}' chỉ có vốn của các năm {first}–{last}, không có vốn năm {vintage}. Vui lòng kiểm tra lại năm vốn hoặc chương trình.",
        en: "'{programme}' has money of the years {first} to {last}, not of {vintage}",
        remedy: "correct the vintage, or choose the node of the programme of that period"
    }
    NODE_NOT_WITHIN InvalidArgument {
        vi: "'{programme}' không thuộc '{above}' nên không thể phân bổ chi tiết từ đó. Vui lòng chọn dự án, tiểu dự án thuộc '{above}'.",
        en: "'{programme}' does not lie within '{above}'",
        remedy: "detail money on the same node or on one below it"
    }
    FUNDING_SOURCE_UNKNOWN InvalidArgument {
        vi: "Không có nguồn vốn nào mang mã '{value}'. Vui lòng chọn lại, ví dụ CEN là ngân sách trung ương.",
        en: "no funding source has the code '{value}'",
        remedy: "give a code that ListReference returns, for example CEN"
    }
    FUNDING_SOURCE_MISMATCH InvalidArgument {
        vi: "Nguồn '{source}' thuộc sổ '{book}' nên không có vốn loại '{kind}'; chỉ có: {expected}. Vui lòng chọn lại nguồn hoặc loại vốn.",
        en: "source '{source}' stands in the book '{book}' and has no money of kind '{kind}'",
        remedy: "give one of the kinds {expected}, or another source; books are never mixed"
    }
    FUNDING_SOURCE_NOT_TAKEN InvalidArgument {
        vi: "Nghiệp vụ {movement} không dùng cho nguồn '{source}'; chỉ dùng cho: {allowed}. Vui lòng chọn lại nguồn hoặc nghiệp vụ.",
        en: "{movement} does not bring in money of source '{source}'; it does for: {allowed}",
        remedy: "choose another movement, or correct the source"
    }
    FUNDING_SOURCE_ENDED InvalidArgument {
        vi: "Nguồn '{source}' chỉ tiếp nhận vốn đến ngày {last}, không nhận vào ngày {date}. Vui lòng kiểm tra lại nguồn và ngày hiệu lực.",
        en: "source '{source}' took in money until {last}, not on {date}",
        remedy: "correct the source or the effective date; money that came in by then can still be moved"
    }
    OWNER_UNKNOWN InvalidArgument {
        vi: "Chưa có đơn vị giữ vốn nào mang mã '{owner}'. Vui lòng đăng ký đơn vị trước hoặc chọn lại.",
        en: "no owner has the code '{owner}'",
        remedy: "register it with RegisterOwner, or give a code that ListOwners returns"
    }
    OWNER_NOT_IN_OFFICE InvalidArgument {
        vi: "{owner} giữ vốn từ {from} đến {to}, không phải vào ngày {date}. Đơn vị kế tiếp: {successor}. Vui lòng chọn đúng đơn vị hoặc sửa ngày hiệu lực.",
        en: "{owner} holds money from {from} to {to}, not on {date}; successor: {successor}",
        remedy: "name the owner that holds the money on that day, or correct the effective date"
    }
    OWNER_EXISTS AlreadyExists {
        vi: "Mã đơn vị '{owner}' đã được đăng ký. Vui lòng dùng đơn vị đã có hoặc chọn mã khác.",
        en: "an owner with the code '{owner}' is registered already",
        remedy: "use the owner that exists, or choose another code"
    }
    SUCCESSOR_NAMED FailedPrecondition {
        vi: "'{owner}' đã có đơn vị kế tiếp là '{successor}' từ ngày {date}. Vui lòng kiểm tra lại.",
        en: "the successor of '{owner}' is '{successor}' from {date} on",
        remedy: "check the decision; an owner has one successor"
    }
    SUCCESSOR_MISSING FailedPrecondition {
        vi: "'{owner}' chưa có đơn vị kế tiếp. Vui lòng ghi nhận đơn vị kế tiếp theo quyết định trước khi bàn giao.",
        en: "'{owner}' has no successor",
        remedy: "name it with NameSuccessor first"
    }
    SUCCESSOR_IS_OWNER InvalidArgument {
        vi: "Đơn vị '{owner}' không thể kế tiếp chính mình. Vui lòng chọn đơn vị khác.",
        en: "owner '{owner}' cannot be its own successor",
        remedy: "name another owner"
    }
    SUCCESSOR_TOO_EARLY InvalidArgument {
        vi: "'{owner}' bắt đầu giữ vốn từ ngày {begins} nên không thể bàn giao vào ngày {date}. Vui lòng kiểm tra lại ngày.",
        en: "'{owner}' begins on {begins}, so nothing passes on {date}",
        remedy: "correct the effective date"
    }
    NOTHING_TO_HAND_OVER FailedPrecondition {
        vi: "'{owner}' không còn số dư nào để bàn giao vào ngày {date}. Vui lòng kiểm tra lại đơn vị và ngày bàn giao.",
        en: "'{owner}' has no open balance on {date}",
        remedy: "check owner and date with GetBalances; what is settled stays"
    }
    EXECUTING_YEAR_TOO_EARLY InvalidArgument {
        vi: "Năm thực hiện {executing_year} trước năm vốn {vintage}. Vui lòng kiểm tra lại hai năm này.",
        en: "executing year {executing_year} is before the vintage {vintage}",
        remedy: "correct the years; only a carry-over changes the executing year"
    }
    EXECUTING_YEAR_NOT_NEXT InvalidArgument {
        vi: "Chuyển nguồn từ năm {from} phải sang năm {next}, không phải năm {to}. Vui lòng sửa lại năm thực hiện.",
        en: "a carry-over from {from} goes to {next}, not to {to}",
        remedy: "give the next year; carry over once for each year"
    }
    DATE_BEFORE_VINTAGE InvalidArgument {
        vi: "Ngày {date} là quá sớm đối với nghiệp vụ {movement} của vốn năm {vintage}; chỉ ghi được từ {earliest}. Vui lòng kiểm tra lại ngày hiệu lực hoặc năm vốn.",
        en: "{date} is too early for {movement} of money of {vintage}, {earliest} is the first day",
        remedy: "correct the effective date or the vintage"
    }
    AFTER_WINDOW FailedPrecondition {
        vi: "Ngày {date} đã quá thời hạn thanh toán vốn năm {executing_year} ({last}; căn cứ: {basis_vi}). Vui lòng kèm quyết định kéo dài, chậm nhất đến {extension_last}, hoặc kiểm tra lại ngày.",
        en: "{date} is after the payment window of {executing_year}, which closed on {last} ({basis})",
        remedy: "name the decision that extends it in 'extension', which reaches {extension_last} at most, or correct the effective date"
    }
    AFTER_EXTENSION FailedPrecondition {
        vi: "Ngày {date} đã quá hạn cuối {last} mà việc kéo dài thanh toán vốn năm {executing_year} có thể đến (căn cứ: {basis_vi}). Vui lòng kiểm tra lại ngày; vốn hết hạn phải hủy hoặc chuyển nguồn theo quyết định.",
        en: "{date} is after {last}, the last day that an extension of {executing_year} reaches ({basis})",
        remedy: "correct the effective date, or cancel or carry over by decision"
    }
    ITEM_MISSING InvalidArgument {
        vi: "Vốn ở bước '{stage}' phải gắn với công trình hoặc khoản hỗ trợ. Vui lòng chọn công trình hoặc khoản hỗ trợ.",
        en: "money at '{stage}' stands on an item",
        remedy: "give the name of works or of a support, items/ and its UUID"
    }
    ITEM_TOO_EARLY InvalidArgument {
        vi: "Vốn ở bước '{stage}' chưa gắn với công trình, khoản hỗ trợ nào. Vui lòng để trống; công trình được chọn khi phân bổ chi tiết.",
        en: "money at '{stage}' stands on no item yet",
        remedy: "leave the item empty; ALLOCATE names it"
    }
    ITEM_UNKNOWN InvalidArgument {
        vi: "Chưa có công trình, khoản hỗ trợ nào mang mã {item}. Vui lòng đăng ký trước hoặc chọn lại.",
        en: "item {item} is not registered",
        remedy: "register it with RegisterItem first"
    }
    ITEM_EXISTS AlreadyExists {
        vi: "Công trình, khoản hỗ trợ {item} đã được đăng ký. Vui lòng dùng mục đã có.",
        en: "item {item} is registered already",
        remedy: "use the item that exists, or leave item_id empty to register another"
    }
    SUPPORT_KIND_UNKNOWN InvalidArgument {
        vi: "Không có loại hỗ trợ nào mang mã '{value}'. Vui lòng chọn lại, ví dụ housing là hỗ trợ nhà ở.",
        en: "no kind of support has the code '{value}'",
        remedy: "give a code that ListReference returns, for example housing"
    }
    NUMBER_NOT_POSITIVE InvalidArgument {
        vi: "Giá trị {value} phải lớn hơn 0. Vui lòng nhập lại.",
        en: "{value} is not above zero",
        remedy: "give a number above zero"
    }
    VALUATION_MISSING InvalidArgument {
        vi: "Đóng góp bằng ngày công, hiện vật, đất phải kèm định giá: khối lượng, đơn vị, đơn giá, căn cứ giá, người định giá, ngày định giá. Vui lòng bổ sung.",
        en: "a contribution in kind has no valuation",
        remedy: "give quantity, unit, unit_price, price_basis, valuer and valued_on"
    }
    VALUATION_NOT_TAKEN InvalidArgument {
        vi: "Chỉ đóng góp bằng ngày công, hiện vật, đất mới kèm định giá. Vui lòng để trống định giá hoặc chọn lại loại vốn.",
        en: "only a contribution in kind is valued",
        remedy: "leave valuation empty, or give the kind in_kind"
    }
    VALUATION_MISMATCH InvalidArgument {
        vi: "Khối lượng {quantity} nhân đơn giá {unit_price} bằng {product} đồng, không phải {amount}. Vui lòng sửa lại cho khớp.",
        en: "quantity {quantity} at {unit_price} is {product} đồng, not {amount}",
        remedy: "give quantity times unit price, rounded to whole đồng, as the amount"
    }
    TRANSFER_NOT_FOUND NotFound {
        vi: "Không tìm thấy bút toán {transfer}. Vui lòng tải lại danh sách rồi chọn lại.",
        en: "transfer {transfer} does not exist",
        remedy: "give the name of a transfer that ListTransfers returns"
    }
    REVERSAL_OF_REVERSAL FailedPrecondition {
        vi: "Bút toán {transfer} chính là bút toán hủy của {reversal_of} nên không hủy tiếp. Vui lòng ghi lại bút toán mới nếu cần.",
        en: "transfer {transfer} is itself the reversal of {reversal_of}",
        remedy: "record the transfer again instead"
    }
    REVERSAL_TOO_EARLY InvalidArgument {
        vi: "Ngày hủy {date} trước ngày của bút toán ({transferred}). Vui lòng chọn ngày từ {transferred} trở đi.",
        en: "{date} is before {transferred}, the day of the transfer",
        remedy: "give that day or a later one"
    }
    CASE_NOT_FOUND NotFound {
        vi: "Không tìm thấy vụ việc {case}. Vui lòng tải lại danh sách rồi chọn lại.",
        en: "case {case} does not exist",
        remedy: "give the name of a case that ListCases returns"
    }
    CASE_SETTLED FailedPrecondition {
        vi: "Vụ việc {case} đã được {by} kết thúc ngày {date}. Vui lòng xem lại kết quả đã ghi.",
        en: "case {case} was settled on {date} by {by}",
        remedy: "read the case again; a case is settled once"
    }
}
