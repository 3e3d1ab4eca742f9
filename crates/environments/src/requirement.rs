//! One entry of `packages`, as the tools read it (DE-12, DE-13).

/// A version that says itself how it is compared.
fn is_comparison(version: &str) -> bool {
    version.starts_with(['<', '>', '=', '!', '~'])
}

/// An address in place of a name: `git+https://…`, `https://…/x.whl`.
fn is_address(name: &str) -> bool {
    name.contains("://") || name.contains(" @ ")
}

/// For pip's kind of tools: `name==1.2`, `name>=1,<2`, `name`, or an address with what it asks for.
pub(crate) fn pypi(name: &str, version: &str) -> String {
    let (name, version) = (name.trim(), version.trim());
    match version {
        "" => name.to_owned(),
        _ if version.starts_with('@') => {
            if is_address(name) {
                format!("{name}{version}")
            } else {
                format!("{name} @ {}", version.trim_start_matches('@').trim_start())
            }
        }
        _ if is_address(name) => format!("{name}@{version}"),
        _ if is_comparison(version) => format!("{name}{version}"),
        _ => format!("{name}=={version}"),
    }
}

/// For conda's kind of tools; a channel may stand before the name: `channel::name==1.2`.
pub(crate) fn conda(name: &str, version: &str) -> String {
    let (name, version) = (name.trim(), version.trim());
    match version {
        "" => name.to_owned(),
        _ if is_comparison(version) => format!("{name}{version}"),
        _ => format!("{name}=={version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DE-13: the forms of versions and of addresses.
    #[test]
    fn a_version_is_exact_unless_it_compares() {
        let cases = [
            ("six", "1.17.0", "six==1.17.0"),
            ("six", "", "six"),
            ("six", " ", "six"),
            ("six", ">=1,<2", "six>=1,<2"),
            ("six", "~=1.16", "six~=1.16"),
            ("six", "!=1.16", "six!=1.16"),
            ("six", "==1.*", "six==1.*"),
            ("six", "1.*", "six==1.*"),
            ("pandas[aws]", "2.0", "pandas[aws]==2.0"),
            ("six", "@ https://example.org/six.whl", "six @ https://example.org/six.whl"),
            ("git+https://example.org/x.git", "", "git+https://example.org/x.git"),
            ("git+https://example.org/x.git", "@main", "git+https://example.org/x.git@main"),
            ("git+https://example.org/x.git", "1.0", "git+https://example.org/x.git@1.0"),
            ("x @ git+https://example.org/x.git", "", "x @ git+https://example.org/x.git"),
        ];
        for (name, version, expected) in cases {
            assert_eq!(pypi(name, version), expected);
        }
    }

    /// DE-12: a channel before the name.
    #[test]
    fn a_package_of_conda_may_name_its_channel() {
        assert_eq!(conda("bioconda::samtools", "1.2"), "bioconda::samtools==1.2");
        assert_eq!(conda("numpy", ">=1.2"), "numpy>=1.2");
        assert_eq!(conda("numpy", ""), "numpy");
    }
}
