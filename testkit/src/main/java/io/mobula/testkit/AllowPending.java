package io.mobula.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Annotation of a test, or a class of tests, that ends with pending work on purpose:
 * {@link MobulaExtension} does not fail it for that.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface AllowPending {
  /** Returns the reason why work may be pending. */
  String value();
}
