package dev.evenkeel.lb.testkit;

import java.io.IOException;

/** For calls that are cancelled: whoever cancels may be too late, and then has a body to close. */
final class ClosingCallback implements ContractCallback {

    @Override
    public void answered(ContractAnswer answer) {
        try {
            answer.close();
        } catch (IOException cancelled) {
            // just what was wanted
        }
    }

    @Override
    public void failed(Throwable failure) {
        // it was cancelled, or there was nobody to call
    }
}
