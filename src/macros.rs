//! The macros, which expand to public paths only.
//!
//! Each has two forms that the compiler tells apart: with literal label values, or none, the call
//! site resolves its series once and afterwards loads a pointer; with other values it resolves its
//! family once and afterwards looks the series up.

/// A counter of the global registry: `&'static Counter`.
///
/// `counter!(name, help, options…, labels…)`: name and help are literals, checked at compile time;
/// the only option is `max_series = most`; labels are `"name" => value` with any
/// [`LabelValue`](crate::LabelValue). Call sites that name the same series share it. A site that
/// contradicts what is registered is reported
/// ([`Registry::registration_errors`](crate::Registry::registration_errors),
/// `nunchi_registration_errors_total`) and counts into nothing.
///
/// # Examples
///
/// ```
/// use nunchi::counter;
///
/// # let (method, code) = ("GET", 200_u16);
/// counter!("app_requests_total", "Requests served.", "method" => method, "code" => code).inc();
/// counter!("app_sent_bytes_total", "Bytes sent.").inc_by(512);
/// ```
#[macro_export]
macro_rules! counter {
    ($($declaration:tt)*) => {
        $crate::__series!(counter!, Counter, $crate::Counter, $($declaration)*)
    };
}

/// A gauge of the global registry: `&'static Gauge`, or `&'static Gauge<i64>` where `i64,` comes
/// first. The arguments are those of [`counter!`](crate::counter).
///
/// # Examples
///
/// ```
/// use nunchi::gauge;
///
/// gauge!("app_queue_length", "Jobs waiting.").set(7.0);
/// gauge!(i64, "app_rooms", "Rooms open.", "kind" => "public").inc();
/// let _running = gauge!("app_jobs_running", "Jobs running now.").track_in_progress();
/// ```
#[macro_export]
macro_rules! gauge {
    (i64, $($declaration:tt)*) => {
        $crate::__series!(gauge!, Gauge, $crate::Gauge<i64>, $($declaration)*)
    };
    ($($declaration:tt)*) => {
        $crate::__series!(gauge!, Gauge, $crate::Gauge<f64>, $($declaration)*)
    };
}

/// A classic histogram of the global registry: `&'static Histogram`. The arguments are those of
/// [`counter!`](crate::counter), and the option `buckets = ` with an array of upper bounds or a
/// [`Buckets`](crate::Buckets). A site that gives no buckets takes those of the sites that ran before
/// it, or the default ones if it is the first; so give them at every site, or at the first to run.
///
/// # Examples
///
/// ```
/// use nunchi::{histogram, Buckets};
///
/// # let route = "/";
/// histogram!("app_request_duration_seconds", "Time to answer.", "route" => route).observe(0.012);
/// histogram!("app_body_bytes", "Size of bodies.", buckets = Buckets::sizes()).observe(700.0);
/// let timer = histogram!("app_job_seconds", "Time of a job.", buckets = [0.1, 1.0]).start_timer();
/// timer.stop();
/// ```
///
/// With `native,` first it is a `&'static NativeHistogram` (feature `protobuf`), with the options
/// `schema = ` or `growth = `, `max_buckets = `, `zero_threshold = `, `max_zero_threshold = `,
/// `min_reset = ` and, to have both kinds, `classic_buckets = `.
///
/// ```
/// # #[cfg(feature = "protobuf")] {
/// use nunchi::histogram;
///
/// histogram!(native, "app_answer_seconds", "Time to answer.", "route" => "/").observe(0.012);
/// histogram!(native, "app_wait_seconds", "Wait.", growth = 1.05).observe(0.2);
/// # }
/// ```
#[macro_export]
macro_rules! histogram {
    (native, $($declaration:tt)*) => {
        $crate::__series!(histogram!, Histogram, $crate::NativeHistogram, $($declaration)*)
    };
    ($($declaration:tt)*) => {
        $crate::__series!(histogram!, Histogram, $crate::Histogram, $($declaration)*)
    };
}

/// A summary of the global registry: `&'static Summary`. The arguments are those of
/// [`counter!`](crate::counter), and the options `quantiles = ` with an array and `window = ` with
/// seconds or a `Duration`.
///
/// # Examples
///
/// ```
/// use nunchi::summary;
///
/// let wait = summary!("app_wait_seconds", "Time in queue.", quantiles = [0.5, 0.99], window = 300);
/// wait.observe(1.2);
/// ```
#[macro_export]
macro_rules! summary {
    ($($declaration:tt)*) => {
        $crate::__series!(summary!, Summary, $crate::Summary, $($declaration)*)
    };
}

/// A [`Family`](crate::Family) for a `static` or `const` whose type says what it holds and how it
/// is labelled; it registers itself in the global registry at its first use or by
/// [`init`](crate::Family::init).
///
/// # Examples
///
/// ```
/// use nunchi::{family, Family, Gauge, Histogram};
///
/// static DEPTH: Family<Gauge<i64>> = family!("app_depth", "Depth of the tree.");
/// static WAIT: Family<Histogram> = family!("app_wait_seconds", "Wait.", buckets = [0.1, 1.0]);
///
/// DEPTH.with(&()).set(3);
/// WAIT.with(&()).observe(0.2);
/// ```
#[macro_export]
macro_rules! family {
    ($name:literal, $help:literal $(, $option:ident = $set:expr)* $(,)?) => {{
        // Points at a bad literal; what depends on the types is checked in `declared`.
        const _: () = $crate::__private::check_declaration(
            $crate::model::MetricType::Unknown, $name, $help, &[],
        );
        #[derive(Clone, Copy)]
        struct Literals;
        impl $crate::__private::Declared for Literals {
            const NAME: &'static str = $name;
            const HELP: &'static str = $help;
        }
        $crate::Family::declared(
            Literals,
            || $crate::metric::Settings::new()$(.$option($set))*,
            $crate::__private::declared_family,
        )
    }};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`family!` takes a name, a help and options: `family!(\"app_jobs\", \"Jobs waiting.\")`"
        )
    };
}

/// What the macros of the types expand to.
#[doc(hidden)]
#[macro_export]
macro_rules! __series {
    (
        $macro:ident !, $type:ident, $metric:ty,
        $name:literal, $help:literal
        $(, $option:ident = $set:expr)* $(, $label:literal => $value:literal)* $(,)?
    ) => {{
        const __NUNCHI_LABELS: &[&::core::primitive::str] = &[$($label),*];
        const _: () = $crate::__private::check_declaration(
            $crate::model::MetricType::$type, $name, $help, __NUNCHI_LABELS,
        );
        static __NUNCHI_SITE: $crate::__private::SeriesSite<$metric> = $crate::__private::SeriesSite::new();
        __NUNCHI_SITE.get(|| {
            let declaration =
                $crate::__private::Declaration { name: $name, help: $help, labels: __NUNCHI_LABELS };
            let settings = $crate::metric::Settings::<$metric>::new()$(.$option($set))*;
            $crate::__private::series_of(
                $crate::__private::declared_family(&declaration, &settings),
                &[$($crate::LabelValue::text(&$value).as_str()),*],
            )
        })
    }};
    (
        $macro:ident !, $type:ident, $metric:ty,
        $name:literal, $help:literal
        $(, $option:ident = $set:expr)* $(, $label:literal => $value:expr)* $(,)?
    ) => {{
        const __NUNCHI_LABELS: &[&::core::primitive::str] = &[$($label),*];
        const _: () = $crate::__private::check_declaration(
            $crate::model::MetricType::$type, $name, $help, __NUNCHI_LABELS,
        );
        static __NUNCHI_SITE: $crate::__private::FamilySite<$metric> = $crate::__private::FamilySite::new();
        let series: &'static $metric =
            __NUNCHI_SITE.with(&[$($crate::LabelValue::text(&$value).as_str()),*], || {
                let declaration =
                    $crate::__private::Declaration { name: $name, help: $help, labels: __NUNCHI_LABELS };
                let settings = $crate::metric::Settings::<$metric>::new()$(.$option($set))*;
                $crate::__private::declared_family(&declaration, &settings)
            });
        series
    }};
    ($macro:ident !, $type:ident, $metric:ty, $($other:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`", ::core::stringify!($macro), "!` takes a name and a help as literals, then options, ",
            "then labels: `", ::core::stringify!($macro),
            "!(\"name\", \"Help.\", \"label\" => value)`",
        ))
    };
}
