/** What a parameter server throws by itself: one closed family. */
@NullMarked
package io.mobula.ps.error;

import org.jspecify.annotations.NullMarked;
