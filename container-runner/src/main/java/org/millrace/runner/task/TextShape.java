package org.millrace.runner.task;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.graph.Operator;
import org.millrace.api.transparent.Csv;
import org.millrace.api.transparent.DoubleField;
import org.millrace.api.transparent.Json;
import org.millrace.api.transparent.LongField;
import org.millrace.api.transparent.Pairings;
import org.millrace.api.transparent.TextField;
import org.millrace.api.transparent.TextPredicate;
import org.millrace.api.transparent.Words;
import org.millrace.runner.conf.Technique;
import org.millrace.runner.task.HiddenClasses.Maker;

/**
 * The part of a pipe that runs on bytes: its first operators, as long as their functions are
 * transparent. It has hidden classes of its own, like the operators on objects. Thread-safe.
 */
final class TextShape {
  private final HiddenClasses hidden;
  private final Map<String, Maker<?>> makers = new ConcurrentHashMap<>();

  TextShape(HiddenClasses hidden) {
    this.hidden = hidden;
  }

  /** An operator and its function, null for none. */
  record Stage(Operator operator, Object function) {}

  /**
   * Whether a string is what its UTF-8 means and nothing else means it: no half of a surrogate pair
   * and no U+FFFD, which stands for whatever is no UTF-8.
   */
  static boolean hasOnlyUtf8(String text) {
    return text.indexOf('\uFFFD') < 0 && hasUtf8(text);
  }

  /** Whether a string has no half of a surrogate pair. */
  static boolean hasUtf8(String text) {
    try {
      StandardCharsets.UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .encode(CharBuffer.wrap(text));
      return true;
    } catch (CharacterCodingException half) {
      return false;
    }
  }

  /**
   * The operator of a stage that gives texts as bytes, and the chain behind it.
   *
   * @param heads see {@link #make}
   */
  RecordOperator fromBytes(List<Stage> stages, int stage, RecordConsumer[] heads, Outlet end) {
    RecordOperator operator =
        make(Integer.toString(stage), RecordOperator.class, FromBytesOperator.class);
    operator.use(stages.get(stage).function());
    TextConsumer chain = make(stages, stage + 1, heads, end);
    operator.giveTo(chain != null ? chain : strings(heads[stage + 1], stage + "s"));
    return operator;
  }

  /**
   * The head of a chain that begins with a stage.
   *
   * @param stages all of the pipe
   * @param heads at {@code i} what takes the records of stage {@code i} as objects
   * @return null when texts must be strings at once
   */
  TextConsumer make(List<Stage> stages, int first, RecordConsumer[] heads, Outlet end) {
    if (!Technique.BYTES.isUsed()) {
      return null;
    }
    int length = first;
    while (length < stages.size() && runs(stages.get(length))) {
      length++;
      if (!givesText(stages.get(length - 1))) {
        break;
      }
    }
    if (length == first) {
      return first == stages.size() ? end.texts() : null;
    }
    boolean whole = length == stages.size();
    TextConsumer next = null;
    for (int i = length - 1; i >= first; i--) {
      TextOperator operator = operator(stages.get(i), Integer.toString(i));
      if (givesText(stages.get(i))) {
        if (next == null) {
          next = whole && end.texts() != null ? end.texts() : strings(heads[length], length + "s");
        }
        operator.next = next;
      } else {
        operator.objects = heads[length];
        operator.pairs =
            whole && end.pairs() != null ? end.pairs() : new PairOperator(heads[length]);
      }
      next = operator;
    }
    return next;
  }

  private TextConsumer strings(RecordConsumer next, String place) {
    TextOperator strings = make(place, TextOperator.class, StringOperator.class);
    strings.objects = next;
    return strings;
  }

  // ---- which

  private static boolean givesText(Stage stage) {
    return stage.operator() == Operator.FILTER
        || stage.operator() == Operator.FLAT_MAP
        || stage.function() instanceof TextField;
  }

  /** Whether an operator on texts has a form on bytes. */
  private static boolean runs(Stage stage) {
    Object function = stage.function();
    if (stage.operator() == null || function == null) {
      return false;
    }
    return switch (stage.operator()) {
      case MAP ->
          (function instanceof TextField field && runs(field))
              || (function instanceof LongField number && runs(number))
              || (function instanceof DoubleField number && runs(number));
      case FILTER -> function instanceof TextPredicate predicate && runs(predicate);
      case FLAT_MAP -> function instanceof Words;
      case MAP_TO_PAIR ->
          function instanceof Pairings.Once
              || function instanceof Pairings.WithoutKey
              || function instanceof Pairings.WithoutValue
              || (function instanceof Pairings.Keyed keyed
                  && runs(keyed.key())
                  && runs(keyed.value()))
              || (function instanceof Pairings.KeyedDouble keyed
                  && runs(keyed.key())
                  && runs(keyed.value()));
      default -> false;
    };
  }

  private static boolean runs(TextField field) {
    if (field instanceof Json.Field json) {
      return hasOnlyUtf8(json.name());
    } else if (field instanceof TextField.LookedUp lookedUp) {
      return runs(lookedUp.field())
          && hasUtf8(lookedUp.otherwise())
          && lookedUp.table().values().stream().allMatch(TextShape::hasUtf8);
    } else if (field instanceof TextField.Joined joined) {
      return runs(joined.first()) && runs(joined.second()) && hasUtf8(joined.between());
    } else if (field instanceof TextField.Digits digits) {
      return runs(digits.number());
    }
    return true;
  }

  private static boolean runs(LongField number) {
    return number instanceof LongField.RoundedDown rounded
        ? runs(rounded.number())
        : runs(((LongField.Parsed) number).field());
  }

  private static boolean runs(DoubleField number) {
    return runs(((DoubleField.Parsed) number).field());
  }

  private static boolean runs(TextPredicate predicate) {
    if (predicate instanceof TextPredicate.Is is) {
      return runs(is.field()) && hasOnlyUtf8(is.value());
    } else if (predicate instanceof TextPredicate.StartsWith startsWith) {
      return runs(startsWith.field()) && hasOnlyUtf8(startsWith.prefix());
    } else if (predicate instanceof TextPredicate.EndsWith endsWith) {
      return runs(endsWith.field()) && hasOnlyUtf8(endsWith.suffix());
    } else if (predicate instanceof TextPredicate.Contains contains) {
      return runs(contains.field()) && hasOnlyUtf8(contains.part());
    } else if (predicate instanceof TextPredicate.LongBetween between) {
      return runs(between.number());
    } else if (predicate instanceof TextPredicate.DoubleBetween between) {
      return runs(between.number());
    } else if (predicate instanceof TextPredicate.And and) {
      return runs(and.first()) && runs(and.second());
    } else if (predicate instanceof TextPredicate.Or or) {
      return runs(or.first()) && runs(or.second());
    }
    return runs(((TextPredicate.Not) predicate).negated());
  }

  // ---- how

  private TextOperator operator(Stage stage, String place) {
    Object function = stage.function();
    if (function instanceof TextField field) {
      TextOperator operator = operator(place, FieldOperator.class);
      operator.cutter = cutter(field, place);
      return operator;
    } else if (function instanceof TextPredicate predicate) {
      TextOperator operator = operator(place, TextFilterOperator.class);
      operator.condition = condition(predicate, place);
      return operator;
    } else if (function instanceof LongField number) {
      TextOperator operator = operator(place, TextNumberOperator.class);
      operator.number = number(number, place);
      return operator;
    } else if (function instanceof DoubleField number) {
      TextOperator operator = operator(place, TextNumberOperator.class);
      operator.number = number(number, place);
      return operator;
    } else if (function instanceof Pairings.Keyed keyed) {
      TextOperator operator = operator(place, KeyedOperator.class);
      operator.cutter = cutter(keyed.key(), place + "k");
      operator.number = number(keyed.value(), place + "v");
      return operator;
    } else if (function instanceof Pairings.KeyedDouble keyed) {
      TextOperator operator = operator(place, KeyedOperator.class);
      operator.cutter = cutter(keyed.key(), place + "k");
      operator.number = number(keyed.value(), place + "v");
      return operator;
    } else if (function instanceof Pairings.Once) {
      return operator(place, OnceOperator.class);
    } else if (function instanceof Pairings.WithoutValue) {
      return operator(place, WithoutValueOperator.class);
    } else if (function instanceof Pairings.WithoutKey) {
      return operator(place, WithoutKeyOperator.class);
    }
    return operator(place, WordsOperator.class);
  }

  private TextOperator operator(String place, Class<? extends TextOperator> type) {
    return make(place, TextOperator.class, type);
  }

  private TextNumber number(LongField field, String place) {
    if (field instanceof LongField.RoundedDown rounded) {
      TextNumber number = make(place, TextNumber.class, RoundedNumber.class);
      number.number = number(rounded.number(), place + "r");
      number.step = rounded.step();
      return number;
    }
    LongField.Parsed parsed = (LongField.Parsed) field;
    TextNumber number = make(place, TextNumber.class, LongNumber.class);
    number.cutter = cutter(parsed.field(), place);
    number.otherwise = parsed.otherwise();
    return number;
  }

  private TextNumber number(DoubleField field, String place) {
    DoubleField.Parsed parsed = (DoubleField.Parsed) field;
    TextNumber number = make(place, TextNumber.class, DoubleNumber.class);
    number.cutter = cutter(parsed.field(), place);
    number.otherwise = Double.doubleToRawLongBits(parsed.otherwise());
    return number;
  }

  private TextCutter cutter(TextField field, String place) {
    TextCutter cutter;
    if (field instanceof Json.Field) {
      cutter = make(place, TextCutter.class, JsonCutter.class);
      cutter.use(field, null, null);
    } else if (field instanceof Csv.Field) {
      cutter = make(place, TextCutter.class, CsvCutter.class);
      cutter.use(field, null, null);
    } else if (field instanceof TextField.LookedUp lookedUp) {
      cutter = make(place, TextCutter.class, LookUpCutter.class);
      cutter.use(field, cutter(lookedUp.field(), place + "l"), null);
    } else if (field instanceof TextField.Joined joined) {
      cutter = make(place, TextCutter.class, JoinedCutter.class);
      cutter.use(field, cutter(joined.first(), place + "f"), cutter(joined.second(), place + "s"));
    } else if (field instanceof TextField.Digits digits) {
      cutter = make(place, TextCutter.class, DigitsCutter.class);
      cutter.use(number(digits.number(), place + "d"));
    } else {
      cutter = make(place, TextCutter.class, AllCutter.class);
    }
    return cutter;
  }

  private TextCondition condition(TextPredicate predicate, String place) {
    if (predicate instanceof TextPredicate.Is is) {
      return condition(place, IsCondition.class, is.field(), is.value());
    } else if (predicate instanceof TextPredicate.StartsWith startsWith) {
      return condition(place, StartsWithCondition.class, startsWith.field(), startsWith.prefix());
    } else if (predicate instanceof TextPredicate.EndsWith endsWith) {
      return condition(place, EndsWithCondition.class, endsWith.field(), endsWith.suffix());
    } else if (predicate instanceof TextPredicate.Contains contains) {
      return condition(place, ContainsCondition.class, contains.field(), contains.part());
    } else if (predicate instanceof TextPredicate.LongBetween between) {
      TextCondition condition = make(place, TextCondition.class, LongBetweenCondition.class);
      condition.number = number(between.number(), place);
      condition.least = between.least();
      condition.most = between.most();
      return condition;
    } else if (predicate instanceof TextPredicate.DoubleBetween between) {
      TextCondition condition = make(place, TextCondition.class, DoubleBetweenCondition.class);
      condition.number = number(between.number(), place);
      condition.least = Double.doubleToRawLongBits(between.least());
      condition.most = Double.doubleToRawLongBits(between.most());
      return condition;
    } else if (predicate instanceof TextPredicate.And and) {
      return both(place, AndCondition.class, and.first(), and.second());
    } else if (predicate instanceof TextPredicate.Or or) {
      return both(place, OrCondition.class, or.first(), or.second());
    }
    TextCondition not = make(place, TextCondition.class, NotCondition.class);
    not.first = condition(((TextPredicate.Not) predicate).negated(), place + "n");
    return not;
  }

  private TextCondition condition(
      String place, Class<? extends TextCondition> type, TextField field, String constant) {
    TextCondition condition = make(place, TextCondition.class, type);
    condition.cutter = cutter(field, place);
    condition.constant = constant.getBytes(StandardCharsets.UTF_8);
    return condition;
  }

  private TextCondition both(
      String place,
      Class<? extends TextCondition> type,
      TextPredicate first,
      TextPredicate second) {
    TextCondition condition = make(place, TextCondition.class, type);
    condition.first = condition(first, place + "a");
    condition.second = condition(second, place + "b");
    return condition;
  }

  /** An instance of the class that {@code type} has at a place. */
  private <T> T make(String place, Class<T> base, Class<? extends T> type) {
    return base.cast(
        makers
            .computeIfAbsent(
                place + ":" + type.getSimpleName(), unused -> hidden.define(base, type))
            .make());
  }
}
