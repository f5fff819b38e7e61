/** What users need to test their own strategies and registries. */
module dev.evenkeel.lb.testkit {
    requires transitive dev.evenkeel.lb;
    requires static transitive org.jspecify;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;

    exports dev.evenkeel.lb.testkit;

    // JUnit calls the suites by reflection.
    opens dev.evenkeel.lb.testkit;
}
