package dev.evenkeel.lb.testkit;

/** Reasons of HTTP/2 for ending a stream or a connection, by RFC 9113, 7; those that the suite has to do with. */
enum Http2Error {
    NO_ERROR(0),
    INTERNAL_ERROR(2),
    REFUSED_STREAM(7),
    CANCEL(8),
    OTHER(-1);

    private final int code;

    Http2Error(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Http2Error of(int code) {
        for (Http2Error error : values()) {
            if (error.code == code) {
                return error;
            }
        }
        return OTHER;
    }
}
