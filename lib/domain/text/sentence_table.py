"""The table of stored sentences: for each code its text, or its forms for one and for many.

A code is never given another meaning: it stands in databases and exports. A row that is no longer written
stays, for those.
"""

from lib.i18n.translation import mark, mark_plural

Forms = str | tuple[str, str]

CAUSES: dict[str, Forms] = {
    "no_key": mark("No API key is set."),
    "web_page": mark("The server answered with a web page instead of a reply."),
    "ended_by_error": mark("The server ended the reply with an error."),
    "upstream_ended_by_error": mark("The upstream ended the reply with an error."),
    "ended_early": mark("The stream ended before the reply was complete."),
    "filtered": mark("The model's server ended the answer before its first word ({reason})."),
    "request_failed": mark("The request failed ({kind})."),
    "certificate": mark("The TLS certificate of {host} is not trusted here: {cause}."),
    "no_tls": mark("No TLS connection to {host} could be made."),
    "no_host": mark("There is no server named {host}."),
    "not_callable": mark("The base URL is not an address that can be called."),
    "refused_connection": mark("{host} refused the connection."),
    "closed_without_answer": mark("{host} closed the connection without an answer."),
    "closed_early": mark("{host} closed the connection before its answer was complete."),
    "no_answer_in_time": mark("{host} did not answer in time."),
    "no_answer_in_time_because": mark("{host} did not answer in time. {cause}"),
    "unreachable": mark("{host} could not be reached."),
    "no_model_reply": mark("The server's answer is not a model's reply."),
    "empty_answer": mark("The server's answer was empty."),
    "redirected": mark("The server sent us to {target} (HTTP {status})."),
    "redirected_somewhere": mark("The server sent us to another address (HTTP {status})."),
    "silent_status": mark("The server answered with HTTP {status} and no message."),
    "stopped_by_guard": mark("{guard} in front of the gateway stopped the request:"),
    "broke_off_here": mark("The reply broke off inside this app."),
    "model_not_available": mark("This model is not available to you. Choose another one."),
    "no_models_listed": mark("The server lists no models."),
    "two": mark("{first} {second}"),
    "answer_of_megabytes": mark("The server's answer was longer than {most} MB."),
    "answer_of_values": mark("The server's answer has more than {most} values."),
    "unasked_compression": mark(
        "The server's answer is compressed in a way that was not asked for ({encoding})."
    ),
    "damaged_compression": mark("The server's answer is compressed, and damaged."),
    "endless_compression": mark("The server's answer grows without end where it is decompressed."),
    "pictures": mark("The answer has more than {most} pictures."),
    "tools": mark("The answer calls more than {most} tools."),
    "files_of_megabytes": mark("The answer's files are larger than {most} MB together."),
    "characters": mark("The answer is longer than {most} million characters."),
    "pieces": mark("The answer came in more than {most} pieces."),
    "piece_of_megabytes": mark("The server sent a single piece of more than {most} MB."),
    "other_megabytes": mark("The server sent more than {most} MB that is not part of an answer."),
    "piece_of_values": mark("The server sent a single piece of more than {most} values."),
    "kept_before": mark("{excess} What came before is kept."),
    "image_too_large": mark("The image is larger than {most} MB."),
    "image_unreachable": mark(
        "The gateway named an image at an address that this server cannot reach or may not call."
    ),
    "image_not_base64": mark("The image is not base64."),
    "image_not_there": mark("The image that the gateway named was not there (HTTP {status})."),
    "no_image": mark("The answer contains no image."),
}
"""Why a reply failed, where the gateway did not say it."""

ADVICE: dict[str, Forms] = {
    "none": "",
    "set_key": mark("Set KKIAI_API_KEY in the environment or in the file .env."),
    "let_through": mark(
        "{guard}, which protects the gateway, took this server for a robot; the key and the model are fine. "
        "Ask the gateway's admin to let it through, or use another network."
    ),
    "image_refused": mark(
        "This model takes no images. Choose one that does, or send the message without the image."
    ),
    "image_faulty": mark(
        "The server did not accept this image. Send it smaller, in another format, or not at all."
    ),
    "other_model_or_tell": mark("Choose another model, or tell the gateway's admin."),
    "again_or_other_model": mark("Try again, or choose another model."),
    "again": mark("Try again."),
    "name_model": mark("Name one with --model."),
}
"""What to do, where the kind of error does not say enough."""

NOTES: dict[str, Forms] = {
    "renamed_parameter": mark("This model takes {other} in place of {name}."),
    "refused_parameter": mark("This model does not accept {name}, so it was left out."),
    "no_response_format": mark("The server does not accept response_format, so it was asked again without."),
    "again_after_connection": mark("Asked again after a lost connection."),
    "again_after_too_many": mark("Asked again after too many requests ({status})."),
    "again_after_error": mark("Asked again after an error of the server ({status})."),
    "picture_not_loaded": mark("A picture could not be loaded. {why}"),
    "picture_left_out": mark("A picture of this answer was left out. {why}"),
    "sound_unreadable": mark("A piece of sound in this answer could not be read."),
    "file_left_out": mark("A file of this answer was left out. {why}"),
    "attachments_ignored": mark(
        "An image model draws from the text alone; the attached files were not sent."
    ),
    "images_left_out": mark_plural(
        "One earlier image did not fit into the request and was left out.",
        "{count} earlier images did not fit into the request and were left out.",
    ),
    "images_gone": mark_plural(
        "One earlier image no longer exists.", "{count} earlier images no longer exist."
    ),
    "answer_of_open_webui": mark("Open WebUI kept an error with this answer: {said}"),
}
"""What happened on the way to a reply."""

FILES: dict[str, Forms] = {
    "same_content": mark("“{name}” has the same content and is not sent again."),
    "first_characters": mark("Only the first {most} characters were read."),
    "first_pages": mark_plural(
        "Only page 1 of {pages} pages could be read.",
        "Only the first {count} of {pages} pages could be read.",
    ),
    "unread_pages": mark_plural("1 page could not be read.", "{count} pages could not be read."),
    "empty_pages": mark_plural(
        "1 page contains no text, only pictures.", "{count} pages contain no text, only pictures."
    ),
    "xfa_form": mark("It is an XFA form, whose contents cannot be read here; print it to PDF."),
    "first_picture": mark("Only the first picture of the animation is used."),
    "made_smaller": mark(
        "It was made smaller, from {width} × {height} to {new_width} × {new_height} pixels: "
        "small text in it may be unreadable."
    ),
    "colour_codes": mark_plural(
        "1 colour code of a terminal was left out.", "{count} colour codes of a terminal were left out."
    ),
    "control_characters": mark_plural(
        "1 control character was left out.", "{count} control characters were left out."
    ),
    "embedded_files": mark_plural(
        "1 embedded file ({size}) was left out.", "{count} embedded files ({size}) were left out."
    ),
    "mail_attachments": mark_plural(
        "1 attachment ({size}) was left out.", "{count} attachments ({size}) were left out."
    ),
    "notebook_outputs": mark_plural(
        "1 picture or other output ({size}) was left out.",
        "{count} pictures and other outputs ({size}) were left out.",
    ),
    "uncertain_encoding": mark(
        "Its encoding is not known for certain: it was read as {encoding}. "
        "If letters are wrong, save it as UTF-8."
    ),
    "read_as": mark("It was read as {encoding}."),
    "broken_places": mark_plural(
        "1 place was no text and reads “�”.", "{count} places were no text and read “�”."
    ),
}
"""What was left out of a file, or is uncertain in it."""

REFUSALS: dict[str, Forms] = {
    "refused": mark("“{name}” {why}."),
    "empty": mark("is empty"),
    "not_an_image": mark("is not an image"),
    "many_pixels": mark("has too many pixels"),
    "recording_too_large": mark("This file is too large: a recording has {most} MB at most."),
    "not_json": mark("This is not a JSON file."),
    "waiting_full": mark(
        "did not fit: files waiting to be read may have {most} MB in all; add it again by itself"
    ),
    "many_pieces": mark("comes in {pieces} pieces; a message takes {most} images at most"),
    "not_a_sound": mark("is not a sound that can be played"),
    "larger": mark("is larger than {most} MB"),
    "documents_full": mark("does not fit: all documents together may have {most} characters"),
    "only_pictures": mark("contains no text, only pictures of it; send its pages as images"),
    "heic": mark(
        "is a HEIC photo; save it as JPEG or PNG (on an iPhone: Settings, Camera, Formats, Most Compatible)"
    ),
    "other_image": mark("is an image; save it as PNG or JPEG"),
    "office": mark("is a ZIP archive or an Office file; send it as PDF, text or CSV"),
    "old_office": mark("is an old Office file; send it as PDF, text or CSV"),
    "archive": mark("is an archive; send the files in it"),
    "recording": mark("is a recording; send what it says as text"),
    "locked": mark("is protected by a password; save a copy without one"),
    "locked_otherwise": mark(
        "is protected in a way that cannot be opened here; save a copy without protection"
    ),
    "no_text": mark("cannot be read here; images, PDF and text of all kinds (CSV, JSON, code) can"),
    "unknown_encoding": mark("is in an encoding that is not known here; save it as UTF-8"),
    "too_many_pixels": mark("has {width} x {height} pixels; {most} million are the most"),
    "memory": mark("needs too much memory to be read"),
    "damaged": mark("is damaged or not what it seems to be"),
    "too_long": mark("takes too long to read"),
}
"""Why a file is not taken. They come from the process that reads it."""

SENTENCES = CAUSES | ADVICE | NOTES | FILES | REFUSALS
