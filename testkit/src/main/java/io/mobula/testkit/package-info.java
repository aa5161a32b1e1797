/**
 * Test support for programs that use Mobula: nodes that start before a test and end after it.
 *
 * <p>{@link MobulaExtension} gives JUnit 5 tests a runtime, {@link ForkedJvm} starts a JVM that a
 * test can kill, and {@link TestCertificateAuthority} issues certificates. Written against the
 * public API and JUnit 5; tests wait for conditions, never for a fixed time.
 */
@NullMarked
package io.mobula.testkit;

import org.jspecify.annotations.NullMarked;
