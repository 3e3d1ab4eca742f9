SELECT title_id, prediction FROM demo_predictions_f;
