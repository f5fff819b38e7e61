package dev.evenkeel.lb.httpclient;

import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.ResponseInfo;

/** The head of a response as the caller sees it: with the token of a session, if he needs one. */
record SessionHead(int statusCode, HttpHeaders headers, Version version) implements ResponseInfo {}
