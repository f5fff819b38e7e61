package dev.evenkeel.lb.examples.support;

/** What happens one after the other. Between two stages no call is in flight. */
public enum Stage {
    ALL_UP("all three servers are up"),
    KILLED("beta is killed under load"),
    DOWN("beta stays down"),
    REVIVED("beta is revived under load"),
    BACK("all three are up again");

    private final String headline;

    Stage(String headline) {
        this.headline = headline;
    }

    public String headline() {
        return headline;
    }
}
