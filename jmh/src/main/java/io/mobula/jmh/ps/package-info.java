/**
 * What the parameter server does in a second, beside what memory could: the tables of
 * {@code bin/mobula bench parameter-server}.
 */
@NullMarked
package io.mobula.jmh.ps;

import org.jspecify.annotations.NullMarked;
