package dev.evenkeel.lb.okhttp;

import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** Certificates of one authority, and clients and servers that trust it. */
final class Certificates {

    static final HeldCertificate AUTHORITY =
            new HeldCertificate.Builder().certificateAuthority(0).build();

    /** What a client needs that trusts the authority. */
    static final HandshakeCertificates TRUST = trusting(null);

    private Certificates() {}

    /** What a server needs that is called like this: a host, or an IP address. */
    static HandshakeCertificates of(String name) {
        return trusting(held(name));
    }

    private static HandshakeCertificates trusting(HeldCertificate own) {
        HandshakeCertificates.Builder certificates =
                new HandshakeCertificates.Builder().addTrustedCertificate(AUTHORITY.certificate());
        if (own != null) {
            certificates.heldCertificate(own);
        }
        return certificates.build();
    }

    private static HeldCertificate held(String name) {
        return new HeldCertificate.Builder()
                .commonName(name)
                .addSubjectAlternativeName(name)
                .signedBy(AUTHORITY)
                .build();
    }
}
